"""The WebSocket of a chat room."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from rest_framework.exceptions import ValidationError
from rest_framework.utils import json  # strict: no NaN

from apps.chat import services
from apps.chat.allowance import SOCKETS, Allowance, Allowances
from apps.chat.live import Live
from apps.chat.room import Room
from hdms_django import outage
from hdms_django.deadline import bounded
from hdms_django.directory.standing import Standing, standing_of
from hdms_django.identity import Identity

SUBPROTOCOL = "hdms.chat"
DEGRADED = {
    "event": "degraded",
    "detail": "What others say is heard a moment later. What you say is stored.",
}
RECOVERED = {
    "event": "recovered",
    "detail": "Live messages are back. Who missed some: GET /api/chat/rooms/<room>/messages"
    "?after=<after>",
}
TOO_FAST = {"error": "You say too much at once. This was not stored: say it again in a moment."}
TOO_FAST_SECONDS = 1.0

# Why a socket is closed (RFC 6455 7.4.2: 4000 and up are an application's own).
TOKEN_EXPIRED = 4401
DEACTIVATED = 4403
TOO_SLOW = 4408
TOO_MANY = 4429
TRY_AGAIN_LATER = 1013

NO_LONGER = "this person may not come in any more"

CLOSED = (OSError, RuntimeError)  # what sending to a closed socket raises

_standing_of = database_sync_to_async(bounded()(standing_of))
live = Live()
allowances = Allowances()


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Stores what a client says ({"body": str}) and sends what is said in the room.

    A client that offers no SUBPROTOCOL or no valid token is rejected. What is not stored is
    answered with {"error": ...} to its sender alone. While Redis is away the socket stays open:
    clients get DEGRADED, and RECOVERED at its end.
    """

    channel_layer_alias = "none"  # sockets are told by `live`
    room: Room | None = None
    allowance: Allowance | None = None
    user: Standing | None = None
    heard = 0
    tasks: tuple[asyncio.Task[None], ...] = ()
    told_degraded = False

    async def connect(self) -> None:
        self.identity: Identity | None = self.scope["identity"]
        if self.identity is None or SUBPROTOCOL not in self.scope["subprotocols"]:
            await self.close()
            return
        await self.accept(SUBPROTOCOL)  # a browser learns a code only of a socket that was open
        self.person_id = self.identity.id
        self.allowance = allowances.open_socket(self.person_id)
        if self.allowance is None:
            await self.close(TOO_MANY, f"one person may have {SOCKETS} sockets open")
            return
        try:
            self.user = await _standing_of(self.identity)
            if self.user is None:
                await self.close(DEACTIVATED, NO_LONGER)
                return
            self.room = await live.enter(self._room_name, self)
        except outage.ERRORS as error:
            await self.send_json({"error": outage.report(error)})
            await self.close(TRY_AGAIN_LATER)
            return
        self.tasks = (
            asyncio.create_task(self._tell(self.room)),
            asyncio.create_task(self._expire(self.identity.expires)),
        )
        if live.degraded:
            await self.tell_degraded()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # however it ends, nothing of it is counted any more
            for task in self.tasks:
                task.cancel()
            if self.room is not None:
                live.leave(self._room_name, self)
            if self.allowance is not None:
                allowances.close_socket(self.person_id)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.room is None or self.allowance is None or self.user is None:
            return  # the socket is closing
        if not self.allowance.may_speak():
            await self.send_json(TOO_FAST)
            await asyncio.sleep(TOO_FAST_SECONDS)  # meanwhile nothing is read from this client
            return
        try:
            await database_sync_to_async(services.say)(
                self._room_name, self.user, json.loads(text_data or "")
            )
        except ValidationError as error:
            await self.send_json({"error": error.detail})
        except (ValueError, RecursionError):
            await self.send_json({"error": "Expected a JSON object."})
        except outage.ERRORS as error:
            await self.send_json({"error": outage.report(error)})
        else:
            await live.said(self._room_name)

    async def tell_degraded(self) -> None:
        if not self.told_degraded:
            self.told_degraded = True
            await self.send_json(DEGRADED)

    async def tell_recovered(self) -> None:
        if self.told_degraded:
            self.told_degraded = False
            await self.send_json({**RECOVERED, "after": self.heard})

    def send_away(self) -> None:
        self._begin_end(TOO_SLOW, f"too slow: come back, and fetch what is after {self.heard}")

    def dismiss(self) -> None:
        self._begin_end(DEACTIVATED, NO_LONGER)

    def _begin_end(self, code: int, why: str) -> None:
        self.tasks[0].cancel()
        self.tasks += (asyncio.create_task(self._end(code, why)),)

    @property
    def _room_name(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["room"])

    async def _tell(self, room: Room) -> None:
        """Send what is said in the room, as fast as this client reads."""
        with suppress(*CLOSED):
            while True:
                for message in await room.next_after(self.heard):
                    await self.send_json(message)
                    self.heard = message["id"]

    async def _expire(self, expires: float) -> None:
        await asyncio.sleep(expires - time.time())
        await self._end(TOKEN_EXPIRED, "the token has expired: come back with a new one")

    async def _end(self, code: int, why: str) -> None:
        with suppress(*CLOSED):  # by the client, meanwhile
            await self.close(code, why)


class RejectingConsumer(AsyncWebsocketConsumer):
    """Answers WebSockets to any other path with 403, as Channels can give no 404."""

    async def connect(self) -> None:
        await self.close()
