"""Servers behind the front door, and a client before it."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from conftest import Running

from hdms.catalog import FRONTEND, SERVICES

LARGE = 24 * 1024**2

# As user-service's apps.identity says it.
KEPT = "max-age=1, stale-if-error=60"
USER_SERVICE = "user-service"
COOKIE = {"Cookie": "hdms_session=somebody"}

READY = {"status": "ready", "dependencies": {"cache": {"status": "up", "latency_ms": 1.0}}}
DOWN = {
    "status": "unavailable",
    "dependencies": {"cache": {"status": "down", "latency_ms": 1.0, "error": "gone"}},
}


class Backend(BaseHTTPRequestHandler):
    """Answers as a service does that repeats what it was sent."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    service = ""
    state: Mapping[str, object] = READY

    def do_GET(self) -> None:
        if self.path == "/identity/exchange":
            self.exchange()
        elif self.headers.get("Upgrade"):
            self.converse()
        elif self.path.endswith("/large"):
            self.answer_much()
        elif self.path.endswith("/held"):
            self.server.held.wait()
            self.repeat()
        elif self.path == "/health/ready":
            status = 200 if self.state is READY else 503
            self.answer(status, {"service": self.service, **self.state})
        else:
            self.repeat()

    def do_POST(self) -> None:
        self.repeat()

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - where the server looks

    def exchange(self) -> None:
        """Give a token that tells what was exchanged for it, or what the test decided."""
        cookie, borne = self.headers.get("Cookie", ""), self.headers.get("Authorization", "")
        self.server.exchanged.append((cookie, borne))
        if self.headers["Host"] != "localhost":  # Django refuses names that it was not told of
            self.send_error(400)
            return
        self.send_response(self.server.decision)
        if self.server.decision == 204:
            self.send_header("X-Identity", f"signed({borne or cookie})")
            self.send_header("Cache-Control", KEPT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def repeat(self) -> None:
        """Answer 200, or the status with which the path ends."""
        self.server.asked.release()
        size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = {"service": self.service, "path": self.path, "headers": headers, "size": size}
        status = int(self.path[-3:]) if self.path[-3:] in ("401", "500") else 200
        self.answer(status, said, kept=self.path == "/identity/keys")

    def answer(self, status: int, said: Mapping[str, object], *, kept: bool = False) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if kept:
            self.send_header("Cache-Control", "max-age=1")
        self.end_headers()
        self.wfile.write(body)

    def answer_much(self) -> None:
        """More than the systems and nginx hold in memory; counted once it is out of our hands."""
        self.send_response(200)
        self.send_header("Content-Length", str(LARGE))
        self.end_headers()
        self.wfile.write(bytes(LARGE))
        self.server.done.release()

    def converse(self) -> None:
        """Become another protocol: every line comes back, after the service's name."""
        self.send_response(101)
        self.send_header("Upgrade", self.headers["Upgrade"])
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        while line := self.rfile.readline():
            self.wfile.write(self.service.encode() + b": " + line)
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server of the test's own.

    Attributes:
        asked: counts the requests that are repeated.
        done: counts the large answers that were taken from it whole.
        held: set to let requests go on that are held.
        exchanged: the cookie and the bearer of each exchange, as user-service.
        decision: the status of the next ones.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[Backend]) -> None:
        super().__init__(address, handler)
        self.asked, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.held = threading.Event()
        self.exchanged: list[tuple[str, str]] = []
        self.decision = 204


@contextmanager
def behind(running: Running, service: str) -> Iterator[Server]:
    """Answer on a service's port, and on user-service's, which says who asks."""
    with ExitStack() as stack:
        if service != USER_SERVICE:
            stack.enter_context(only(running, USER_SERVICE))
        yield stack.enter_context(only(running, service))


@contextmanager
def only(running: Running, service: str, state: Mapping[str, object] = READY) -> Iterator[Server]:
    """Answer on a service's port."""
    address = running[0].address(running[1], service)
    handler = type("Handler", (Backend,), {"service": service, "state": state})
    with Server(address, handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.held.set()
            server.shutdown()
            thread.join()


@contextmanager
def behind_all(running: Running, **states: Mapping[str, object]) -> Iterator[None]:
    with ExitStack() as stack:
        for service in SERVICES:
            stack.enter_context(only(running, service.name, states.get(service.role, READY)))
        yield


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self) -> dict:
        assert self.headers["Content-Type"].startswith("application/json")
        return dict(json.loads(self.body))

    @property
    def problem(self) -> str:
        """The sentence of an error that has the form of every error (RFC 9457)."""
        return problem(self.status, self.headers["Content-Type"], self.body)


def problem(status: int, content_type: str, body: bytes) -> str:
    told = json.loads(body)
    assert content_type == "application/problem+json"
    assert told.keys() == {"type", "title", "status", "detail"}
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert told["title"] != "Error"
    return str(told["detail"])


def ask(
    door: Running,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: bytes | None = None,
) -> Answer:
    """Ask as somebody who is signed in, unless the headers say otherwise."""
    engine, environment = door
    connection = http.client.HTTPConnection(*engine.address(environment, FRONTEND.name), timeout=10)
    try:
        connection.request(method, path, body, {**COOKIE, **(headers or {})})
        return Answer(connection.getresponse())
    finally:
        connection.close()
