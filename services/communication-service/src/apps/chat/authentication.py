"""Who opens a WebSocket.

The token comes as a subprotocol, `bearer.<token>`: a browser can set no header on a WebSocket,
and a query string would end up in logs.
"""

from collections.abc import Awaitable, Callable
from typing import Any

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
