"""The form of a problem (hdms_common.problems) for what Django answers by itself.

That is an unknown path, a host that is not ours, an exception; with DEBUG, too, whose page shows
settings and what the client sent. What a view raises: hdms_django.exceptions. The log has the
reason.
"""

import json
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from django.utils.decorators import sync_and_async_middleware

from hdms_common.problems import CONTENT_TYPE, problem


@sync_and_async_middleware
def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Django's middleware: an error that is no JSON becomes a problem."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            return _in_form(request, await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        return _in_form(request, get_response(request))

    return answer


def _in_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code < 400 or "json" in response.get("Content-Type", ""):
        return response
    detail = ""
    if response.status_code == 404 and is_valid_path(f"{request.path_info}/"):
        detail = f"Nothing is found at this address; {request.path_info}/ is one."
    # Its other headers stay: the methods that are allowed, when to come again.
    response.content = json.dumps(problem(response.status_code, detail)).encode()
    response["Content-Type"] = CONTENT_TYPE
    response["Content-Length"] = str(len(response.content))
    return response
