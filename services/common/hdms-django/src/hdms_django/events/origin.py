"""From which address a request comes, for the events that it causes."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

address: ContextVar[str | None] = ContextVar("address", default=None)
"""The client's address; None outside of a request, or where it is none."""


@sync_and_async_middleware
def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Django's middleware: notes the address for as long as the request lasts."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> Any:
            token = address.set(_client_of(request))
            try:
                return await get_response(request)
            finally:
                address.reset(token)

        return answer_later

    def answer(request: HttpRequest) -> Any:
        token = address.set(_client_of(request))
        try:
            return get_response(request)
        finally:
            address.reset(token)

    return answer


def _client_of(request: HttpRequest) -> str | None:
    # The front door appends whom it heard; what stands before that is the client's own claim.
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    found = forwarded or request.META.get("REMOTE_ADDR") or ""
    try:
        validate_ipv46_address(found)
    except ValidationError:
        return None
    return str(found)
