"""Who opens a WebSocket: whom the front door's signed token names, as for any other request."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from channels.security.websocket import OriginValidator, WebsocketDenier
from django.conf import settings

from apps.chat import proof_identity
from hdms_django.authentication import SCHEME
from hdms_django.identity import Identity, NotAuthentic, identify
from hdms_django.published_keys import NoKeys

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

# In a thread of its own: it may have to ask for keys.
_identify = sync_to_async(identify, thread_sensitive=False)


class TokenMiddleware:
    """Sets scope["identity"]: None without a valid token, or with one that only reads."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        borne = dict(scope["headers"]).get(b"authorization", b"").decode("latin1")
        scope = {**scope, "identity": await _identity(borne)}
        await self._application(scope, receive, send)


async def _identity(borne: str) -> Identity | None:
    scheme, _, token = borne.partition(" ")
    if scheme == proof_identity.SCHEME:
        return proof_identity.read(token)
    if scheme.lower() != SCHEME.lower():
        return None
    try:
        identity = await _identify(token.strip())
    except (NotAuthentic, NoKeys):
        return None
    return None if identity.reads_only else identity


class OwnPagesAndPrograms(OriginValidator):
    """Rejects other sites' pages: a browser names in `Origin` whose page it shows.

    A program that is no browser sends none, and its token says who it is.
    """

    def __init__(self, application: Application) -> None:
        super().__init__(application, settings.ALLOWED_HOSTS)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if any(name == b"origin" and not _is_address(value) for name, value in scope["headers"]):
            await WebsocketDenier()(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def valid_origin(self, parsed_origin: Any) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


def _is_address(origin: bytes) -> bool:
    """Return whether it can be read at all, which OriginValidator expects."""
    try:
        urlsplit(origin.decode("latin1"))
    except ValueError:
        return False
    return True
