"""A user of the help desk who is made for a load: signs in, sends requests."""

import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from hdms.connections import Address
from hdms.errors import HdmsError
from hdms.load.stream import Refused

REQUEST_SECONDS = 20.0
# Tokens are good for 15 minutes.
TOKEN_SECONDS = 600.0

UNANSWERED = (Refused, OSError, http.client.HTTPException)


class User:
    """Requests to the services in the name of one user.

    Requests raise `Refused` where the status is not a success, OSError or HTTPException where
    there is no answer within REQUEST_SECONDS.
    """

    def __init__(self, name: str, address: Callable[[str], Address]) -> None:
        """Register and sign in.

        Args:
            address: service -> where it is now.

        Raises:
            HdmsError: user-service does not answer as it should.
        """
        self._name = name
        self._address = address
        self._password = secrets.token_urlsafe(24)
        self._renewing = threading.Lock()
        account = {"email": f"{name}@example.com", **self._credentials}
        try:
            self._send("user-service", "POST", "/api/accounts/users", account, token="")
            self._token, self._signed_in = self._sign_in(), time.monotonic()
        except UNANSWERED as error:
            raise HdmsError(
                f"user-service made no user for the load: {error}", "inv verify.health"
            ) from None

    @property
    def token(self) -> str:
        """A valid access token."""
        with self._renewing:
            if time.monotonic() - self._signed_in > TOKEN_SECONDS:
                with suppress(*UNANSWERED):  # the old one is good for another five minutes
                    self._token, self._signed_in = self._sign_in(), time.monotonic()
            return self._token

    def get(self, service: str, path: str) -> Any:
        """Return what a GET answers."""
        return self._send(service, "GET", path, token=self.token)

    def post(self, service: str, path: str, content: object) -> Any:
        """Return what a POST of JSON answers."""
        return self._send(service, "POST", path, content, token=self.token)

    def upload(self, name: str) -> int:
        """Store a small file in file-service; return its id."""
        part = f'Content-Disposition: form-data; name="content"; filename="{name}"\r\n\r\n{name}'
        body = f"--part\r\n{part}\r\n--part--\r\n"
        form = "multipart/form-data; boundary=part"
        answer = self._exchange("file-service", "POST", "/api/files/", form, body, self.token)
        return int(answer["id"])

    def submit(self, circuit: str, key: str) -> str:
        """Have task-service accept a circuit; return the task's id.

        Args:
            key: makes a second submission the same as the first.
        """
        body = json.dumps({"circuit": circuit})
        more = {"Idempotency-Key": key}
        answer = self._exchange(
            "task-service", "POST", "/tasks", "application/json", body, "", more
        )
        return str(answer["task_id"])

    @property
    def _credentials(self) -> dict[str, str]:
        return {"username": self._name, "password": self._password}

    def _sign_in(self) -> str:
        answer = self._send(
            "user-service", "POST", "/api/accounts/token", self._credentials, token=""
        )
        return str(answer["access"])

    def _send(
        self, service: str, method: str, path: str, content: object = None, *, token: str
    ) -> Any:
        body = json.dumps(content) if content is not None else None
        return self._exchange(service, method, path, "application/json", body, token)

    def _exchange(
        self,
        service: str,
        method: str,
        path: str,
        kind: str,
        body: str | None,
        token: str,
        more_headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        # A container's address is no host name that a service answers to.
        headers = {"Host": "localhost", "Content-Type": kind, **more_headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(*self._address(service), timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status not in (200, 201):
            raise Refused(f"status {response.status}")
        return json.loads(answer)
