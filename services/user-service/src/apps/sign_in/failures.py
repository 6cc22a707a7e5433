"""What fails in django-allauth's views, which are not REST framework's, told as everywhere."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import ParseError

from hdms_common.problems import CONTENT_TYPE
from hdms_django.exceptions import handle_exception


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Django's middleware: an outage is a 503, half a character in JSON a 400."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    answer.process_exception = _told  # type: ignore[attr-defined]  # where Django looks
    return answer


def _told(request: HttpRequest, error: Exception) -> HttpResponse | None:
    if isinstance(error, UnicodeEncodeError):
        error = ParseError("A text in it is no Unicode.")
    told = handle_exception(error, {})
    if told is None:
        return None
    headers = {"Retry-After": told["Retry-After"]} if told.has_header("Retry-After") else None
    return JsonResponse(
        told.data, status=told.status_code, content_type=CONTENT_TYPE, headers=headers
    )
