"""The WebSocket of a chat room."""

import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from rest_framework.exceptions import ValidationError

from apps.chat.serializers import MessageSerializer
from apps.chat.watch import Watch
from hdms_common import outage

SUBPROTOCOL = "hdms.chat"
DEGRADED = {
    "event": "degraded",
    "detail": "Live messages are interrupted. What you say is stored.",
}
RECOVERED = {
    "event": "recovered",
    "detail": "Live messages are back. Catch up: GET /api/chat/rooms/<room>/messages?after=<after>",
}

watch = Watch()


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Stores what a client says ({"body": str}) and sends it to all in the room.

    A client that offers no SUBPROTOCOL or no valid token is rejected. What cannot be stored is
    answered with {"error": ...} to its sender alone. While Redis is away the socket stays open:
    clients get DEGRADED, a sender hears only their own message, and RECOVERED says when to fetch
    what was said meanwhile: after the message whose id is its "after", null if none was heard.
    """

    heard: int | None = None
    heard_before: int | None = None
    entered = False
    told_degraded = False

    async def connect(self) -> None:
        self.user = self.scope["user"]
        if self.user is None or SUBPROTOCOL not in self.scope["subprotocols"]:
            await self.close()
            return
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"chat.{self.room}"
        watch.add(self)  # first: Redis may be back before the next line
        joined = await self._has_joined()
        await self.accept(SUBPROTOCOL)
        self.entered = True
        if watch.degraded:
            await self.tell_degraded()
        elif not joined:
            await self.tell_recovered()

    async def disconnect(self, code: int) -> None:
        watch.remove(self)
        if hasattr(self, "group"):
            try:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            except outage.REDIS_ERRORS as error:
                outage.report(error)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            message = await self._store(json.loads(text_data or ""))
        except ValidationError as error:
            await self.send_json({"error": error.detail})
        except (ValueError, RecursionError):
            await self.send_json({"error": "Expected a JSON object."})
        except outage.ERRORS as error:
            await self.send_json({"error": outage.report(error)})
        else:
            await self._broadcast(message)

    async def chat_message(self, event: dict[str, Any]) -> None:
        """A message that somebody in the room said."""
        self.heard = event["message"]["id"]
        await self.send_json(event["message"])

    async def join(self) -> None:
        self.heard_before = self.heard
        await self.channel_layer.group_add(self.group, self.channel_name)

    async def tell_degraded(self) -> None:
        if self.entered and not self.told_degraded:
            self.told_degraded = True
            await self.send_json(DEGRADED)

    async def tell_recovered(self) -> None:
        if self.entered:
            self.told_degraded = False
            await self.send_json({**RECOVERED, "after": self.heard_before})

    async def _has_joined(self) -> bool:
        if watch.degraded:
            return False
        try:
            await self.join()
        except outage.REDIS_ERRORS as error:
            watch.degrade(error)
        return not watch.degraded

    async def _broadcast(self, message: dict[str, Any]) -> None:
        if not watch.degraded:
            try:
                await self.channel_layer.group_send(
                    self.group, {"type": "chat.message", "message": message}
                )
            except outage.REDIS_ERRORS as error:
                watch.degrade(error)
        if watch.degraded:
            await self.send_json(message)

    @database_sync_to_async
    def _store(self, content: object) -> dict[str, Any]:
        serializer = MessageSerializer(data=content)
        serializer.is_valid(raise_exception=True)
        serializer.save(room=self.room, sender_id=self.user.id, sender_name=self.user.username)
        return dict(serializer.data)


class RejectingConsumer(AsyncWebsocketConsumer):
    """Answers WebSockets to any other path with 403, as Channels can give no 404."""

    async def connect(self) -> None:
        await self.close()
