"""The id of a request, the same in the logs of all who worked on it.

The front door gives one in X-Request-ID, or passes on what it was given; an answer repeats it, and
a message to a worker takes it along.
Ours, since the libraries each know half of it: asgi-correlation-id no WSGI, django-guid no FastAPI.
"""

import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being worked on, "" outside of one."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


def take(given: str | None) -> str:
    """Log with the id `given` from now on, or with a new one where it is none or implausible."""
    taken = given if given and _PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
    request_id.set(taken)
    return taken


@contextmanager
def working_on(given: str | None) -> Iterator[str]:
    """The same for what is done in here; yields the id."""
    before = request_id.get()
    try:
        yield take(given)
    finally:
        request_id.set(before)


class RequestIdMiddleware:
    """An ASGI application around another: each request and each WebSocket has an id.

    The answer to a request repeats it.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Call the application around which this is."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER.lower().encode(), b"").decode("latin-1")
        with working_on(given) as taken:
            header = (HEADER.lower().encode(), taken.encode())

            async def send_with_id(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message.get("headers", ()), header]}
                await send(message)

            await self._app(scope, receive, send_with_id)
