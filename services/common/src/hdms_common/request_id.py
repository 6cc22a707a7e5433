"""The id of a request, the same in the logs of all who worked on it.

The front door gives one in X-Request-ID, or passes on what it was given; an answer repeats it.
"""

import re
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from hdms_common.log import request_id

HEADER = "X-Request-ID"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")

Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def middleware(get_response: Answer) -> Answer:
    """Django's middleware: takes the request's id, or makes one, for the log and the answer."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            with _taken(request.headers.get(HEADER, "")) as taken:
                response: HttpResponse = await get_response(request)
            response[HEADER] = taken
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        with _taken(request.headers.get(HEADER, "")) as taken:
            response: HttpResponse = get_response(request)
        response[HEADER] = taken
        return response

    return answer


class WebSocketMiddleware:
    """The same for a WebSocket's life, as an ASGI application around another."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(HEADER.lower().encode(), b"").decode("latin-1")
        with _taken(given):
            await self._application(scope, receive, send)


@contextmanager
def _taken(given: str) -> Iterator[str]:
    taken = given if _PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
    token = request_id.set(taken)
    try:
        yield taken
    finally:
        request_id.reset(token)
