"""A client of a chat room, which connects again when its socket is closed."""

import contextlib
import json
import socket
import time
from collections.abc import Callable

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from hdms.connections import Address
from hdms.load.stream import Refused
from hdms.load.user import REQUEST_SECONDS, User


class Chat:
    """Says something in a room and waits until it is heard there."""

    def __init__(self, room: str, user: User, address: Callable[[], Address]) -> None:
        self._room = room
        self._user = user
        self._address = address
        self._socket: ClientConnection | None = None

    def say(self, body: str) -> str:
        """Return `body` when the service has stored it and sent it to the room.

        Raises:
            Refused: the socket was closed, or the message was not heard within REQUEST_SECONDS.
            OSError: there is no connection.
        """
        try:
            if self._socket is None:
                self._socket = self.enter()
            self._socket.send(json.dumps({"body": body}))
            self._hear(self._socket, body)
        except (WebSocketException, TimeoutError, Refused) as error:
            self.leave()
            raise Refused(str(error) or "not heard") from None
        return body

    def leave(self) -> None:
        """Close the socket, if one is open."""
        if self._socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                self._socket.close()
            self._socket = None

    def enter(self) -> ClientConnection:
        """Open another socket in the room, which the caller closes."""
        return connect(
            f"ws://localhost/ws/chat/{self._room}/",
            sock=socket.create_connection(self._address(), timeout=REQUEST_SECONDS),
            subprotocols=[Subprotocol("hdms.chat"), Subprotocol(f"bearer.{self._user.token}")],
            origin=Origin("http://localhost"),
            open_timeout=REQUEST_SECONDS,
            close_timeout=1,
            proxy=None,
        )

    def _hear(self, room: ClientConnection, body: str) -> None:
        deadline = time.monotonic() + REQUEST_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            heard = json.loads(room.recv(timeout=left))
            if heard.get("body") == body:
                return
            if "error" in heard:
                raise Refused(str(heard["error"]))
        raise Refused("not heard")
