"""A client that keeps its connection and does as little as it can: it shares the machine."""

import socket
import threading
import time
from collections.abc import Sequence
from itertools import cycle

from django.core.management.base import CommandError

CLIENTS = 8
ANSWER_SECONDS = 10.0
END = b"\r\n\r\n"
LENGTH = b"content-length:"

Address = tuple[str, int]


def rate(address: Address, path: str, tokens: Sequence[str], seconds: float) -> float:
    """Requests per second that CLIENTS at once are answered, each on a connection that it keeps.

    Args:
        tokens: whose requests they are; each client has some of them to itself and takes turns.

    Raises CommandError if an answer is not 200.
    """
    answered: list[int] = []
    failures: list[Exception] = []
    deadline = time.monotonic() + seconds

    def ask(own: Sequence[str]) -> None:
        try:
            answered.append(_ask_until(deadline, address, path, own))
        except (OSError, ValueError) as error:
            failures.append(error)

    begin = time.monotonic()
    threads = [threading.Thread(target=ask, args=(tokens[n::CLIENTS],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise CommandError(f"GET {path} at {address[0]}:{address[1]}: {failures[0]}")
    return sum(answered) / (time.monotonic() - begin)


def _ask_until(deadline: float, address: Address, path: str, tokens: Sequence[str]) -> int:
    lines = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
    requests = cycle([f"{lines}{token}\r\n\r\n".encode() for token in tokens])
    count = 0
    with socket.create_connection(address, timeout=ANSWER_SECONDS) as server:
        while time.monotonic() < deadline:
            server.sendall(next(requests))
            _take_answer(server)
            count += 1
    return count


def _take_answer(server: socket.socket) -> None:
    """Read one answer; ValueError if it is not a 200 with a length."""
    answer = b""
    while END not in answer:
        answer += _more(server)
    head, _, body = answer.partition(END)
    if b" 200 " not in head[:16]:
        raise ValueError(head.partition(b"\r\n")[0].decode(errors="replace"))
    _, found, after = head.lower().partition(LENGTH)
    if not found:
        raise ValueError("an answer without Content-Length")
    left = int(after.partition(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(_more(server))


def _more(server: socket.socket) -> bytes:
    received = server.recv(65536)
    if not received:
        raise ConnectionResetError("the server hung up")
    return received
