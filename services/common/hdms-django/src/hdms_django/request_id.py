"""A request's id (hdms_common.request_id) in Django."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from hdms_common.request_id import HEADER, request_id, take

Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def middleware(get_response: Answer) -> Answer:
    """Django's middleware: takes the request's id, or makes one, for the log and the answer."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            taken = take(request.headers.get(HEADER))
            response: HttpResponse = await get_response(request)
            response[HEADER] = taken
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        taken = take(request.headers.get(HEADER))
        response: HttpResponse = get_response(request)
        response[HEADER] = taken
        return response

    return answer


@receiver(request_finished)
def _forget(**_: object) -> None:
    # Not in the middleware: Django logs a bad answer after all of it.
    request_id.set("")
