"""The WebSocket of a chat room."""

import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from rest_framework.exceptions import ValidationError

from apps.chat.serializers import MessageSerializer
from hdms_common import outage

SUBPROTOCOL = "hdms.chat"


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Stores what a client says ({"body": str}) and sends it to all in the room.

    A client that offers no SUBPROTOCOL or no valid token is rejected. What cannot be stored is
    answered with {"error": ...} to its sender alone.
    """

    async def connect(self) -> None:
        self.user = self.scope["user"]
        if self.user is None or SUBPROTOCOL not in self.scope["subprotocols"]:
            await self.close()
            return
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"chat.{self.room}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept(SUBPROTOCOL)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

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
        await self.send_json(event["message"])

    async def _broadcast(self, message: dict[str, Any]) -> None:
        try:
            await self.channel_layer.group_send(
                self.group, {"type": "chat.message", "message": message}
            )
        except outage.ERRORS as error:
            outage.report(error)
            await self.send_json({"error": "Stored, but the room hears it only when catching up."})

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
