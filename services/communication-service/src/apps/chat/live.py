"""What is said, on its way from the database to the open sockets of this process.

Redis carries no message, only the hint to look: what is lost there is found by the next look.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterable

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from apps.chat import selectors
from apps.chat.room import Listener, Room
from hdms_django import outage
from hdms_django.deadline import bounded
from hdms_django.directory.standing import deactivated

GROUP = "chat"  # the processes that have open sockets
LOOK_SECONDS = 1.0
# Who is deactivated is out within a second, with the event's way here.
DISMISS_SECONDS = 0.5
TELL_SECONDS = 5.0
MESSAGES_A_LOOK = 500

logger = logging.getLogger(__name__)


class Live:
    """Looks into each room that has listeners once in LOOK_SECONDS, and at once on a hint.

    Attributes:
        degraded: whether Redis is away: then what others say is heard at the next look.
    """

    def __init__(self) -> None:
        self.degraded = False
        self._rooms: dict[str, Room] = {}
        self._hinted: set[str] = set()
        self._hint = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = False

    async def enter(self, name: str, listener: Listener) -> Room:
        """Have a socket hear what is said in a room from now on; may raise outage.ERRORS."""
        known = self._rooms.get(name)
        newest = known.newest if known else await database_sync_to_async(selectors.newest)(name)
        room = self._rooms.setdefault(name, Room(newest))
        listener.heard = room.newest
        room.listeners.add(listener)
        if not self._started:
            self._started = True
            channel = await get_channel_layer().new_channel()
            going_on = (self._look(), self._dismiss(), self._listen(channel))
            for each in (*going_on, self._stay_in_group(channel)):
                self._keep(each)
        return room

    def leave(self, name: str, listener: Listener) -> None:
        """Forget a socket that was closed."""
        room = self._rooms.get(name)
        if room:
            room.listeners.discard(listener)
            if not room.listeners:
                del self._rooms[name]

    async def said(self, name: str) -> None:
        """Hint at a message that was stored."""
        if not self.degraded:
            try:
                await get_channel_layer().group_send(GROUP, {"type": "look", "room": name})
            except outage.REDIS_ERRORS as error:
                self._degrade(error)
        if self.degraded:
            self._look_at(name)

    def _look_at(self, name: str) -> None:
        self._hinted.add(name)
        self._hint.set()

    async def _listen(self, channel: str) -> None:
        while True:
            hint = await get_channel_layer().receive(channel)
            self._look_at(hint["room"])

    async def _stay_in_group(self, channel: str) -> None:
        """Join again and again: a Redis that was killed may have forgotten who was there."""
        while True:
            try:
                await get_channel_layer().group_add(GROUP, channel)
            except outage.REDIS_ERRORS as error:
                self._degrade(error)
            else:
                if self.degraded:
                    self.degraded = False
                    logger.info("Redis answers again, the chat is live")
                    self._tell(listener.tell_recovered() for listener in self._listeners())
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        looked_everywhere = 0.0
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._hint.wait()
            except TimeoutError:
                pass
            self._hint.clear()
            hinted, self._hinted = self._hinted, set()
            if time.monotonic() - looked_everywhere >= LOOK_SECONDS:
                looked_everywhere, hinted = time.monotonic(), set(self._rooms)
            try:
                await self._look_into({name: self._rooms[name] for name in hinted & {*self._rooms}})
            except outage.ERRORS as error:
                outage.report(error)
            except Exception:  # whatever it is, every socket depends on the next look
                logger.exception("could not look for messages")

    async def _look_into(self, rooms: dict[str, Room]) -> None:
        read = database_sync_to_async(selectors.unheard)
        while rooms:
            messages = await read({n: room.newest for n, room in rooms.items()}, MESSAGES_A_LOOK)
            for name, room in rooms.items():
                said = [message for message in messages if message["room"] == name]
                for behind in room.add(said) if said else ():
                    behind.send_away()
            if len(messages) < MESSAGES_A_LOOK:
                return

    async def _dismiss(self) -> None:
        """End the sockets of people who were deactivated, for as long as this process lives."""
        read = database_sync_to_async(bounded()(deactivated))
        while True:
            await asyncio.sleep(DISMISS_SECONDS)
            try:
                gone = await read({listener.person_id for listener in self._listeners()})
            except outage.ERRORS as error:
                outage.report(error)
            except Exception:  # as above: it goes on looking
                logger.exception("could not look who was deactivated")
            else:
                for listener in self._listeners():
                    if listener.person_id in gone:
                        listener.dismiss()

    def _degrade(self, error: Exception) -> None:
        """One of outage.REDIS_ERRORS has come: log it, and tell everybody once."""
        outage.report(error)
        if not self.degraded:
            self.degraded = True
            self._tell(listener.tell_degraded() for listener in self._listeners())

    def _listeners(self) -> list[Listener]:
        return [listener for room in self._rooms.values() for listener in room.listeners]

    def _tell(self, told: Iterable[Awaitable[None]]) -> None:
        """Tell all; some have hung up and some never read, and nobody waits for them."""
        for each in told:
            self._keep(_in_time(each))

    def _keep(self, going_on: Awaitable[None]) -> None:
        task = asyncio.ensure_future(going_on)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _in_time(told: Awaitable[None]) -> None:
    try:
        await asyncio.wait_for(told, TELL_SECONDS)
    except Exception as error:
        logger.debug("a client could not be told: %s", error)
