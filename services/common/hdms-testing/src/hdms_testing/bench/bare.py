"""The least that a web server can serve, by WSGI and by ASGI."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import django

# What the server's configuration does at its start needs Django; no request does.
django.setup()

BODY = b'{"bare": true}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def wsgi(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer every request with the same few bytes."""
    start_response("200 OK", HEADERS)
    return [BODY]


async def asgi(
    _scope: dict[str, Any],
    _receive: Callable[[], Awaitable[object]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer every request with the same few bytes."""
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
