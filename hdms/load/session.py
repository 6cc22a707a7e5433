"""Signing in as people do, and what then says who one is."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from http.cookies import SimpleCookie
from typing import Any

from hdms.connections import Address
from hdms.load.stream import Refused

SECONDS = 20.0
RENEWED_SECONDS = 60.0  # a signed token lives for 120
UNANSWERED = (Refused, OSError, http.client.HTTPException)
_AUTH = "/api/accounts/auth/browser/v1"


class Session:
    """A browser's session at user-service, by its cookies.

    Requests raise `Refused` where the status is not a success, OSError or HTTPException where
    there is no answer.
    """

    def __init__(self, address: Callable[[], Address]) -> None:
        """Args: `address` returns where user-service, or the front door, is now."""
        self._address = address
        self._cookies: dict[str, str] = {}
        self._token, self._issued = "", float("-inf")

    def sign_in(self, name: str, password: str) -> None:
        """Begin the session."""
        self._ask("GET", f"{_AUTH}/config")  # its answer has the cookie against forged requests
        self._ask("POST", f"{_AUTH}/auth/login", {"username": name, "password": password})

    @property
    def cookie(self) -> dict[str, str]:
        """The header with which the front door knows who asks."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def bearer(self) -> dict[str, str]:
        """The header with which a service knows, asked without the front door in between."""
        begin = time.monotonic()
        if begin - self._issued > RENEWED_SECONDS:
            # While user-service is away the old one is good for another minute.
            with suppress(*UNANSWERED) if self._token else nullcontext():
                self._token = self._ask("GET", "/identity/exchange").headers["X-Identity"]
                self._issued = begin
        return {"Authorization": f"Bearer {self._token}"}

    def _ask(self, method: str, path: str, content: Any = None) -> http.client.HTTPResponse:
        headers = {"Host": "localhost", "Content-Type": "application/json", **self.cookie}
        headers["X-CSRFToken"] = self._cookies.get("csrftoken", "")
        body = None if content is None else json.dumps(content)
        connection = http.client.HTTPConnection(*self._address(), timeout=SECONDS)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 204):
            raise Refused(f"status {answer.status}")
        for line in answer.headers.get_all("Set-Cookie", ()):
            self._cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        return answer
