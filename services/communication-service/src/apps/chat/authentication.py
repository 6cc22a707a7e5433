"""Who opens a WebSocket.

The token comes as a subprotocol, `bearer.<token>`: a browser can set no header on a WebSocket,
and a query string would end up in logs.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import OriginValidator, WebsocketDenier
from django.conf import settings
from rest_framework_simplejwt.authentication import JWTStatelessUserAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken

BEARER = "bearer."

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class TokenMiddleware:
    """Sets scope["user"]: a TokenUser, or None without a valid token."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._authentication = JWTStatelessUserAuthentication()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self._application({**scope, "user": self._user(scope["subprotocols"])}, receive, send)

    def _user(self, subprotocols: list[str]) -> Any:
        for offered in subprotocols:
            if offered.startswith(BEARER):
                token = offered.removeprefix(BEARER).encode()
                try:
                    return self._authentication.get_user(
                        self._authentication.get_validated_token(token)
                    )
                except InvalidToken:
                    return None
        return None


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
