"""Whether what is said in a room reaches the open sockets, and what they are told if not."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Protocol
from weakref import WeakSet

from channels.layers import get_channel_layer

from hdms_common import outage

ASK_SECONDS = 1.0
TELL_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Listener(Protocol):
    """An open socket."""

    async def degrade(self) -> None:
        """Tell the client that it hears nobody for now."""

    async def rejoin(self) -> None:
        """Join the room again and tell the client to catch up; may raise outage.REDIS_ERRORS."""


class Watch:
    """Asks Redis once in ASK_SECONDS, as long as sockets are open in this process.

    A Redis that was away, or is another run than before, may have forgotten who is in a room: then
    each socket joins again.

    Attributes:
        degraded: whether the sockets hear nobody.
    """

    def __init__(self) -> None:
        self.degraded = False
        self._listeners: WeakSet[Listener] = WeakSet()
        self._task: asyncio.Task[None] | None = None
        self._run: str | None = None

    def add(self, listener: Listener) -> None:
        """Watch on behalf of an open socket."""
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on())

    def remove(self, listener: Listener) -> None:
        """Forget a socket that was closed."""
        self._listeners.discard(listener)

    async def degrade(self, error: Exception) -> None:
        """One of outage.REDIS_ERRORS has come: log it, and tell everybody once."""
        outage.report(error)
        if not self.degraded:
            self.degraded = True
            await _all(listener.degrade() for listener in self._listeners)

    async def _go_on(self) -> None:
        self._run = None
        while self._listeners:
            try:
                await self._look()
            except Exception:  # whatever it is, the sockets depend on the next look
                logger.exception("could not look at Redis")
            await asyncio.sleep(ASK_SECONDS)

    async def _look(self) -> None:
        try:
            run = await get_channel_layer().run_id()
        except outage.REDIS_ERRORS as error:
            await self.degrade(error)
            return
        if self.degraded or self._run not in (None, run):
            self.degraded = await _all(listener.rejoin() for listener in self._listeners)
        self._run = run


async def _all(told: Iterable[Awaitable[None]]) -> bool:
    """Tell all side by side; whether Redis is away again.

    Some hang up meanwhile, and some never read what they are sent: nobody waits for them.
    """
    in_time = (asyncio.wait_for(each, TELL_SECONDS) for each in told)
    errors = await asyncio.gather(*in_time, return_exceptions=True)
    return any(isinstance(error, outage.REDIS_ERRORS) for error in errors)
