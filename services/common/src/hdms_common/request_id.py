"""The id of a request, the same in the logs of all who worked on it.

The front door gives one in X-Request-ID, or passes on what it was given; an answer repeats it.
"""

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.signals import request_finished
from django.dispatch import receiver
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
            taken = _take(request.headers.get(HEADER, ""))
            response: HttpResponse = await get_response(request)
            response[HEADER] = taken
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        taken = _take(request.headers.get(HEADER, ""))
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
        _take(given)
        await self._application(scope, receive, send)


def _take(given: str) -> str:
    taken = given if _PLAUSIBLE.fullmatch(given) else uuid.uuid4().hex
    request_id.set(taken)
    return taken


@receiver(request_finished)
def _forget(**_: object) -> None:
    # Not in the middleware: Django logs a bad answer after all of it.
    request_id.set("")
