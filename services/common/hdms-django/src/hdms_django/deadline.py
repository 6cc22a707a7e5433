"""Until when a request must be answered: what waits for the database looks here.

Without a bound a server that is silent, and not gone, would hold each request and soon each thread.
What is no request (a migration, a task, a command) takes the time that it needs.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

REQUEST_SECONDS = 8.0

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def bounded(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """What is done in here, or in a function decorated with this, must be done in time."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def left() -> float | None:
    """The seconds that are left, 0 or less if none are; None where there is no bound."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


@sync_and_async_middleware
def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Django's middleware: every request is bounded."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> Any:
            with bounded():
                return await get_response(request)

        return answer_later
    return bounded()(get_response)
