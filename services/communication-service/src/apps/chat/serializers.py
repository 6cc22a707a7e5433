"""Messages as JSON, over HTTP and over the WebSocket."""

from rest_framework import serializers

from apps.chat.models import Message


class MessageSerializer(serializers.ModelSerializer[Message]):
    """A message; a client gives only its body."""

    class Meta:
        model = Message
        fields = ("id", "room", "sender_id", "sender_name", "body", "created_at")
        read_only_fields = ("id", "room", "sender_id", "sender_name", "created_at")
