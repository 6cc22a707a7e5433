"""Messages as JSON, over HTTP and over the WebSocket."""

from apps.chat.models import Message
from hdms_django.serializers import ModelSerializer


class MessageSerializer(ModelSerializer[Message]):
    """A message; a client gives only its body."""

    class Meta:
        model = Message
        fields = ("id", "room", "sender_id", "sender_name", "body", "created_at")
        read_only_fields = ("id", "room", "sender_id", "sender_name", "created_at")
