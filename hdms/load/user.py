"""A user of the help desk who is made for a load: signs in, sends requests."""

import http.client
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

from hdms.catalog import FRONTEND
from hdms.connections import Address
from hdms.errors import HdmsError
from hdms.load.session import UNANSWERED, Session
from hdms.load.stream import Refused

REQUEST_SECONDS = 20.0


class User:
    """Requests to the services in the name of one user.

    Requests raise `Refused` where the status is not a success, OSError or HTTPException where
    there is no answer within REQUEST_SECONDS.
    """

    def __init__(
        self, name: str, address: Callable[[str], Address], *, through: bool = False
    ) -> None:
        """Register and sign in.

        Args:
            address: service -> where it is now.
            through: whether that is the front door for all of them.

        Raises:
            HdmsError: user-service does not answer as it should.
        """
        self._address = address
        self._through = through
        self._renewing = threading.Lock()
        self._session = Session(lambda: address("user-service"))
        password = secrets.token_urlsafe(24)
        account = {"username": name, "email": f"{name}@example.com", "password": password}
        try:
            self._send("user-service", "POST", "/api/accounts/users", account, {})
            self._session.sign_in(name, password)
        except UNANSWERED as error:
            raise HdmsError(
                f"user-service made no user for the load: {error}", "inv verify.health"
            ) from None

    def identity(self, service: str) -> dict[str, str]:
        """The header by which a service, or the front door, knows who asks."""
        if self._through or service == FRONTEND.name:
            return self._session.cookie
        with self._renewing:
            return self._session.bearer()

    def get(self, service: str, path: str) -> Any:
        """Return what a GET answers."""
        return self._send(service, "GET", path, None, self.identity(service))

    def post(self, service: str, path: str, content: object) -> Any:
        """Return what a POST of JSON answers."""
        return self._send(service, "POST", path, content, self.identity(service))

    def upload(self, name: str) -> int:
        """Store a small file in file-service; return its id."""
        part = f'Content-Disposition: form-data; name="content"; filename="{name}"\r\n\r\n{name}'
        body = f"--part\r\n{part}\r\n--part--\r\n"
        form = "multipart/form-data; boundary=part"
        who = self.identity("file-service")
        answer = self._exchange("file-service", "POST", "/api/files/", form, body, who)
        return int(answer["id"])

    def submit(self, circuit: str, key: str) -> str:
        """Have task-service accept a circuit; return the task's id.

        Args:
            key: makes a second submission the same as the first.
        """
        body = json.dumps({"circuit": circuit})
        more = {"Idempotency-Key": key}
        answer = self._exchange("task-service", "POST", "/tasks", "application/json", body, more)
        return str(answer["task_id"])

    def _send(
        self, service: str, method: str, path: str, content: object, more: Mapping[str, str]
    ) -> Any:
        body = json.dumps(content) if content is not None else None
        return self._exchange(service, method, path, "application/json", body, more)

    def _exchange(
        self,
        service: str,
        method: str,
        path: str,
        kind: str,
        body: str | None,
        more_headers: Mapping[str, str],
    ) -> Any:
        # A container's address is no host name that a service answers to.
        headers = {"Host": "localhost", "Content-Type": kind, **more_headers}
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
