"""A steady load on every service: one client each, which records what it saw."""

import http.client
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hdms.connections import Address
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError

PAUSE_SECONDS = 0.05
REQUEST_SECONDS = 20.0


@dataclass(frozen=True)
class Seen:
    """One request: when it began and ended (seconds, monotonic), and what went wrong, if so."""

    begin: float
    end: float
    error: str = ""


@dataclass
class Stream:
    """One client's requests to one service.

    Attributes:
        acknowledged: how many writes the service answered with 201.
    """

    service: str
    request: Callable[[int], int]
    seen: list[Seen] = field(default_factory=list)
    acknowledged: int = 0

    def run(self, ended: threading.Event) -> None:
        """Send request after request until `ended`."""
        for number in itertools.count():
            if ended.wait(PAUSE_SECONDS):
                return
            begin = time.monotonic()
            try:
                status = self.request(number)
                error = "" if status in (200, 201) else f"status {status}"
                self.acknowledged += status == 201
            except (OSError, http.client.HTTPException) as failure:
                error = type(failure).__name__
            self.seen.append(Seen(begin, time.monotonic(), error))


@dataclass(frozen=True)
class Load:
    """The clients of one run.

    Attributes:
        mark: stands in everything that they write.
    """

    mark: str
    streams: tuple[Stream, ...]


@contextmanager
def steady_load(engine: Engine, environment: Environment) -> Iterator[Load]:
    """Send requests to every service until the end of the context.

    Users and files are read and stored, tickets opened, by a user that is made for it.

    Raises:
        HdmsError: the user could not be made.
    """
    mark = f"faults-{secrets.token_hex(6)}"

    def address(service: str) -> Address:
        return engine.address(environment, service)

    token = _sign_in(address("user-service"), mark)

    def get(service: str, path: str) -> Callable[[int], int]:
        return lambda _number: _send(address(service), "GET", path, token)[0]

    def open_ticket(number: int) -> int:
        ticket = {"subject": f"{mark} {number}", "description": "inv faults"}
        return _send(address("ticket-service"), "POST", "/api/tickets/", token, ticket)[0]

    def store_file(number: int) -> int:
        return _upload(address("file-service"), token, f"{mark}-{number}.txt")

    streams = (
        Stream("user-service", get("user-service", "/api/accounts/me")),
        Stream("ticket-service", open_ticket),
        Stream("communication-service", get("communication-service", _MESSAGES)),
        Stream("file-service", store_file),
    )
    ended = threading.Event()
    threads = [threading.Thread(target=stream.run, args=(ended,)) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield Load(mark, streams)
    finally:
        ended.set()
        for thread in threads:
            thread.join()


_MESSAGES = "/api/chat/rooms/faults/messages"


def _sign_in(address: Address, name: str) -> str:
    password = secrets.token_urlsafe(24)
    account = {"username": name, "email": f"{name}@example.com", "password": password}
    made, body = _send(address, "POST", "/api/accounts/users", "", account)
    if made != 201:
        raise HdmsError(f"user-service made no user for the load: {made} {body[:200]!r}")
    _, body = _send(address, "POST", "/api/accounts/token", "", account)
    return str(json.loads(body)["access"])


def _send(
    address: Address, method: str, path: str, token: str, content: object = None
) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "Host": "localhost"}
    body = json.dumps(content) if content is not None else None
    return _exchange(address, method, path, token, headers, body)


def _upload(address: Address, token: str, name: str) -> int:
    boundary = "faults"
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Host": "localhost",
    }
    part = f'Content-Disposition: form-data; name="content"; filename="{name}"\r\n\r\n{name}'
    body = f"--{boundary}\r\n{part}\r\n--{boundary}--\r\n"
    return _exchange(address, "POST", "/api/files/", token, headers, body)[0]


def _exchange(
    address: Address, method: str, path: str, token: str, headers: dict[str, str], body: str | None
) -> tuple[int, bytes]:
    if token:
        headers = {**headers, "Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection(*address, timeout=REQUEST_SECONDS)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
