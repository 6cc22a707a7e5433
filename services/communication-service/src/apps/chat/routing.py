"""The paths of WebSockets."""

from channels.routing import URLRouter
from django.urls import path, re_path

from apps.chat import rooms  # noqa: F401 - registers <room:...>
from apps.chat.consumers import ChatConsumer, RejectingConsumer

websocket_router = URLRouter(
    [
        path("ws/chat/<room:room>/", ChatConsumer.as_asgi()),
        re_path("", RejectingConsumer.as_asgi()),
    ]
)
