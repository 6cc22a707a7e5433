"""Clients of the chat."""

import json
import socket
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from hdms_django.identity import Role
from hdms_testing.cast import Person

ORIGIN = "http://localhost"


def person(number: int) -> Person:
    """One of as many people as a test needs."""
    return Person(10_000 + number, f"person-{number}", Role.REQUESTER)


def enter(
    address: str,
    room: str,
    token: str,
    *,
    origin: str | None = ORIGIN,
    chat: bool = True,
    buffer: int | None = None,
) -> ClientConnection:
    """Open a socket in a room; `buffer`: the bytes that the system receives before it is read."""
    host, _, port = address.partition(":")
    connection = socket.socket()
    if buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.connect((host, int(port)))
    return connect(
        f"ws://{address}/ws/chat/{room}/",
        sock=connection,
        compression=None,
        subprotocols=["hdms.chat"] if chat else None,
        additional_headers={"Authorization": f"Bearer {token}"},
        origin=origin,
        open_timeout=30,
    )


def hear(client: ClientConnection) -> Any:
    """The next thing that a client is told."""
    return json.loads(client.recv(timeout=30))


def closed(client: ClientConnection) -> int:
    """The code with which the service closes a socket."""
    with pytest.raises(ConnectionClosed) as end:
        while True:
            hear(client)
    assert end.value.rcvd is not None
    return end.value.rcvd.code
