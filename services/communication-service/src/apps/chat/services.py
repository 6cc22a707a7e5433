"""What changes: somebody says something."""

from typing import Any

from django.db import connection, transaction

from apps.chat.serializers import MessageSerializer
from hdms_django.deadline import bounded
from hdms_django.directory.standing import Standing


@bounded()
def say(room: str, user: Standing, content: object) -> dict[str, Any]:
    """Store a message; returns it as JSON. Raises REST framework's ValidationError.

    In a room, ids become visible in their order: else who has read 8 would never look for a 7
    whose transaction ended later.
    """
    serializer = MessageSerializer(data=content)
    serializer.is_valid(raise_exception=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('chat'), hashtext(%s))", [room])
        message = serializer.save(room=room, sender_id=user.id, sender_name=user.name)
    return dict(MessageSerializer(message).data)
