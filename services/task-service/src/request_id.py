"""The id of a request, the same in the logs of all who worked on it.

The front door gives one in X-Request-ID, or passes on what it was given; an answer repeats it, and
a message takes it along as its correlation id.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")


def current() -> str:
    """Return the id of the request that is being worked on, "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


@contextmanager
def working_on(given: str | None) -> Iterator[str]:
    """Log with the id `given`, or a new one where it is none or implausible."""
    taken = given if given and _PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
    with structlog.contextvars.bound_contextvars(request_id=taken):
        yield taken


class RequestIdMiddleware:
    """Takes a request's id, or makes one, for the log and the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with working_on(Headers(scope=scope).get(HEADER)) as taken:

            async def send_with_id(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)[HEADER] = taken
                await send(message)

            await self._app(scope, receive, send_with_id)
