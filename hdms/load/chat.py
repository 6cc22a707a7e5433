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

# A token is good for two minutes and may be one old; a socket is closed when it expires.
STAY_SECONDS = 50.0


class Chat:
    """Says something in a room, and hears it there with another socket."""

    def __init__(self, room: str, user: User, address: Callable[[], Address]) -> None:
        self._room = room
        self._user = user
        self._address = address
        self._sockets: tuple[ClientConnection, ...] = ()
        self._open = contextlib.ExitStack()
        self._interrupted = False
        self._entered = 0.0

    def say(self, body: str) -> str:
        """Return `body` when the service has stored it and the other socket has heard it.

        Raises:
            Refused: a socket was closed, the message was not heard within REQUEST_SECONDS, or it
                was stored while live messages are interrupted.
            OSError: there is no connection.
        """
        try:
            if time.monotonic() - self._entered > STAY_SECONDS:
                self.leave()
            if not self._sockets:
                self._entered = time.monotonic()
                self._sockets = (
                    self._open.enter_context(self.enter()),
                    self._open.enter_context(self.enter()),
                )
            speaker, listener = self._sockets
            speaker.send(json.dumps({"body": body}))
            _hear_oneself(speaker, body)
        except (WebSocketException, TimeoutError, Refused) as error:
            self.leave()
            raise Refused(str(error) or "not heard") from None
        except OSError:
            self.leave()
            raise
        try:
            self._heard_by(listener, body)
        except Interrupted:
            raise Refused("stored, not live", acknowledged=body) from None
        except (WebSocketException, TimeoutError, Refused) as error:
            self.leave()
            raise Refused(str(error) or "not heard by the other", acknowledged=body) from None
        return body

    def leave(self) -> None:
        """Close the sockets that are open."""
        with contextlib.suppress(WebSocketException, OSError):
            self._open.close()
        self._sockets = ()
        self._interrupted = False

    def enter(self) -> ClientConnection:
        """Open another socket in the room, a context manager that closes it."""
        return connect(
            f"ws://localhost/ws/chat/{self._room}/",
            sock=socket.create_connection(self._address(), timeout=REQUEST_SECONDS),
            subprotocols=[Subprotocol("hdms.chat")],
            additional_headers=self._user.identity("communication-service"),
            origin=Origin("http://localhost"),
            open_timeout=REQUEST_SECONDS,
            close_timeout=1,
            proxy=None,
        )

    def _heard_by(self, listener: ClientConnection, body: str) -> None:
        """Wait until a message is heard live.

        Raises:
            Interrupted: the service has said that live messages are interrupted, and not yet that
                they are back; or that they were, and this one may have been said meanwhile.
        """
        deadline = time.monotonic() + REQUEST_SECONDS
        while True:
            # What nobody will send is not waited for.
            patience = 0.0 if self._interrupted else deadline - time.monotonic()
            try:
                heard = json.loads(listener.recv(timeout=patience))
            except TimeoutError:
                if self._interrupted:
                    raise Interrupted from None
                raise
            if "event" in heard:
                self._interrupted = heard["event"] == "degraded"
                raise Interrupted
            elif heard.get("body") == body:
                return


class Interrupted(Exception):
    """A message was stored, and may not have been heard live."""


def _hear_oneself(speaker: ClientConnection, body: str) -> None:
    """Wait until the service has stored a message: it comes back to who said it."""
    deadline = time.monotonic() + REQUEST_SECONDS
    while True:
        heard = json.loads(speaker.recv(timeout=deadline - time.monotonic()))
        if heard.get("body") == body:
            return
        if "error" in heard:
            raise Refused(str(heard["error"]))
