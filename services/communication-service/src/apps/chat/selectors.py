"""What is read, for many rooms at once."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from apps.chat.models import Message
from apps.chat.serializers import MessageSerializer
from hdms_django.deadline import bounded

UNHEARD = """
    SELECT message.*
    FROM unnest(%s::text[], %s::bigint[]) AS heard (room, id)
    JOIN chat_message AS message ON message.room = heard.room AND message.id > heard.id
    ORDER BY message.id
    LIMIT %s
"""


@bounded()
def newest(room: str) -> int:
    """The id of what was said last in a room, 0 if nothing was."""
    return Message.objects.filter(room=room).aggregate(newest=Max("id"))["newest"] or 0


@bounded()
def unheard(heard: Mapping[str, int], limit: int) -> list[dict[str, Any]]:
    """The messages, as JSON, that were said in rooms after the one which was heard last there.

    `heard` is room -> id. Oldest first, at most `limit`.
    """
    messages = Message.objects.raw(UNHEARD, [list(heard), list(heard.values()), limit])
    return [dict(MessageSerializer(message).data) for message in messages]
