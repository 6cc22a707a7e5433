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

    async def join(self) -> None:
        """Be in the room, again; may raise outage.REDIS_ERRORS."""

    async def tell_degraded(self) -> None:
        """Tell the client that it hears nobody for now."""

    async def tell_recovered(self) -> None:
        """Tell the client to catch up."""


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
        self._telling: set[asyncio.Task[None]] = set()
        self._run: str | None = None

    def add(self, listener: Listener) -> None:
        """Watch on behalf of an open socket."""
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self.degraded = False  # nobody has looked since the last socket was closed
            self._task = asyncio.create_task(self._go_on())

    def remove(self, listener: Listener) -> None:
        """Forget a socket that was closed."""
        self._listeners.discard(listener)

    def degrade(self, error: Exception) -> None:
        """One of outage.REDIS_ERRORS has come: log it, and tell everybody once."""
        outage.report(error)
        if not self.degraded:
            self.degraded = True
            self._tell(listener.tell_degraded() for listener in self._listeners)

    async def _go_on(self) -> None:
        self._run = None
        while self._listeners:
            try:
                await self._look()
            except outage.REDIS_ERRORS as error:
                self.degrade(error)
            except Exception:  # whatever it is, the sockets depend on the next look
                logger.exception("could not look at Redis")
            await asyncio.sleep(ASK_SECONDS)

    async def _look(self) -> None:
        run = await get_channel_layer().run_id()
        if self.degraded or self._run not in (None, run):
            await asyncio.gather(*(listener.join() for listener in self._listeners))
            # From here on, what is said is heard; what was said before is to be fetched.
            self.degraded = False
            logger.info("Redis answers again, every open chat has joined its room")
            self._tell(listener.tell_recovered() for listener in self._listeners)
        self._run = run

    def _tell(self, told: Iterable[Awaitable[None]]) -> None:
        """Tell all; some have hung up and some never read, and nobody waits for them."""
        for each in told:
            task = asyncio.create_task(_in_time(each))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)


async def _in_time(told: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(told, TELL_SECONDS)
    except Exception as error:
        logger.debug("a client could not be told: %s", error)
