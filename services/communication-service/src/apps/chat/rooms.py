"""How a room is named in a URL."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class RoomConverter(StringConverter):
    """`<room:...>` in a route: short enough for Message.room, plain enough for a channel group."""

    regex = "[-a-zA-Z0-9_]{1,64}"


register_converter(RoomConverter, "room")
