"""The ASGI application: HTTP by Django, WebSockets by Channels."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")
http = get_asgi_application()

# Only after Django is set up can the apps be imported.
from apps.chat.authentication import OwnPagesAndPrograms, TokenMiddleware  # noqa: E402
from apps.chat.routing import websocket_router  # noqa: E402
from hdms_common.request_id import RequestIdMiddleware  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": RequestIdMiddleware(OwnPagesAndPrograms(TokenMiddleware(websocket_router))),
    }
)
