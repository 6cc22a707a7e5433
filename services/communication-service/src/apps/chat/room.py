"""A room, as far as the open sockets of this process need it."""

import asyncio
from collections import deque
from typing import Any, Protocol

# A client that is further behind than this is sent away, to catch up.
KEPT_MESSAGES = 1000


class Listener(Protocol):
    """An open socket.

    Attributes:
        heard: the id of the last message that it was sent.
        person_id: whose it is.
    """

    heard: int
    person_id: int

    async def tell_degraded(self) -> None:
        """Tell the client that it hears what others say later than usual."""

    async def tell_recovered(self) -> None:
        """Tell the client that it hears at once again."""

    def send_away(self) -> None:
        """Begin to close the socket of a client that reads too slowly."""

    def dismiss(self) -> None:
        """Begin to close the socket of who was deactivated."""


class Room:
    """What was said and has not yet been heard by each of its listeners.

    Each listener takes what it lacks at its own pace, so that nobody waits for a slow one.

    Attributes:
        newest: the id of the last message that is known here.
    """

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.listeners: set[Listener] = set()
        self._messages: deque[dict[str, Any]] = deque()
        self._said = asyncio.Event()

    async def next_after(self, heard: int) -> list[dict[str, Any]]:
        """Wait for messages after the one that was heard last."""
        while self.newest <= heard:
            await self._said.wait()
        return [message for message in self._messages if message["id"] > heard]

    def add(self, messages: list[dict[str, Any]]) -> set[Listener]:
        """Let everybody hear what was said; return, and forget, who is too far behind for it."""
        self._messages.extend(messages)
        self.newest = messages[-1]["id"]
        self._said.set()  # wakes who waits now; the next wait for another event
        self._said = asyncio.Event()
        slowest = min((listener.heard for listener in self.listeners), default=self.newest)
        forgotten = 0
        while self._messages and (
            self._messages[0]["id"] <= slowest or len(self._messages) > KEPT_MESSAGES
        ):
            forgotten = self._messages.popleft()["id"]
        behind = {listener for listener in self.listeners if listener.heard < forgotten}
        self.listeners -= behind
        return behind
