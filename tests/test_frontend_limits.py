"""The front door when clients are slow, many, or cannot be understood."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Semaphore

import pytest
from conftest import Running
from front_door import LARGE, ask, behind, problem

from hdms.catalog import FRONTEND
from hdms.wait import wait_until

SLOW = 30
HALF_OPEN = 3000
PER_ACCOUNT = 64
COOKIE_LINE = "Cookie: hdms_session=somebody"

PLACES = [
    ("user-service", "/api/accounts/"),
    ("ticket-service", "/api/tickets/"),
    ("communication-service", "/api/notifications/"),
    ("file-service", "/api/files/"),
]


def say(door: Running, text: bytes, buffer: int | None = None) -> socket.socket:
    """A connection on which something was said, and nobody reads."""
    client = socket.socket()
    if buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(30)
    client.connect(door[0].address(door[1], FRONTEND.name))
    client.sendall(text)
    return client


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    signed_in = () if any("Authorization" in each for each in headers) else (COOKIE_LINE,)
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *signed_in, *headers]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + body


def counted(semaphore: Semaphore, times: int) -> bool:
    return all(semaphore.acquire(timeout=60) for _ in range(times))


@pytest.mark.parametrize(("service", "path"), PLACES)
def test_slow_writers_do_not_hold_up_a_service(door: Running, service: str, path: str) -> None:
    half = request("POST", path, "Content-Length: 100000", body=bytes(50_000))
    with behind(door, service) as server, ExitStack() as clients:
        for _ in range(SLOW):
            clients.enter_context(say(door, half))
        assert ask(door, path).status == 200
        assert counted(server.asked, 1)

        assert not server.asked.acquire(blocking=False)  # of the others it has heard nothing


@pytest.mark.parametrize(("service", "path"), PLACES)
def test_slow_readers_do_not_hold_up_a_service(door: Running, service: str, path: str) -> None:
    wanted = request("GET", f"{path}large")
    with behind(door, service) as server, ExitStack() as clients:
        reading = [clients.enter_context(say(door, wanted, 4096)) for _ in range(SLOW)]

        assert counted(server.done, SLOW)  # though nobody has read
        with reading[0].makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
            while answer.readline().strip():
                pass
            assert len(answer.read(LARGE)) == LARGE


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many open files for this process as the system lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2 * HALF_OPEN:
        pytest.skip(f"this account may open {hard} files, the test needs {2 * HALF_OPEN}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * HALF_OPEN), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousands_of_connections_with_half_a_header_do_not_close_the_front_door(
    door: Running, many_files: None
) -> None:
    with ExitStack() as clients:
        for _ in range(HALF_OPEN):
            clients.enter_context(say(door, b"GET / HTTP/1.1\r\nHost: loc"))

        assert ask(door, "/health/live").status == 200


def test_one_account_has_so_many_requests_at_once_and_another_goes_on(door: Running) -> None:
    greedy = {"Authorization": "Bearer header.claims.greedy"}
    header = "Authorization: Bearer header.claims.greedy"
    with behind(door, "ticket-service") as server, ExitStack() as clients:
        for _ in range(PER_ACCOUNT + 16):  # on a busy machine some may not reach the service
            clients.enter_context(say(door, request("GET", "/api/tickets/held", header)))

        wait_until(lambda: ask(door, "/api/tickets/", greedy).status == 429, "the limit", 30)
        refused = ask(door, "/api/tickets/", greedy)
        other = ask(door, "/api/tickets/", {"Authorization": "Bearer header.claims.other"})

        assert (refused.status, other.status) == (429, 200)
        assert refused.problem and int(refused.headers["Retry-After"]) > 0
        server.held.set()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
        (request("GET", "/", f"X-Long: {'x' * 40_000}"), 431),
        (request("GET", f"/{'x' * 40_000}"), 414),
        (request("POST", "/api/tickets/", "Transfer-Encoding: gzip"), 501),
        (b"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505),
        (request("POST", "/"), 405),
    ],
)
def test_what_the_front_door_refuses_itself_is_a_problem_too(
    door: Running, said: bytes, status: int
) -> None:
    with say(door, said) as client, client.makefile("rb") as answer:
        assert answer.readline().split()[1] == str(status).encode()
        headers = {}
        while line := answer.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        assert problem(status, headers["content-type"], answer.read(int(headers["content-length"])))
