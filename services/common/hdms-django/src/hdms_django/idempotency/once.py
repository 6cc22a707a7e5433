"""`@once` on a view's method: `Idempotency-Key` (helpdesk.md: "At once, exactly once")."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from hdms_django.idempotency.models import KEPT, Answer

HEADER = "Idempotency-Key"
REPEATED = ("ETag", "Location")
"""The headers that belong to an answer."""

_KEY = re.compile("[!-~]{1,255}")
Method = Callable[..., Response]


class InProgress(APIException):
    """The same request is being worked on."""

    status_code = 409
    default_detail = "The same request is being worked on at this moment; ask again."
    wait = 1  # seconds


class OtherRequest(APIException):
    """The key belongs to another request."""

    status_code = 422
    default_detail = f"This {HEADER} was used for another request; make a new one for each."


def once(method: Method) -> Method:
    """Answer a repeated request with the first answer, for 24 hours.

    The effect and the answer are stored in one transaction, so that neither exists without the
    other, whatever ends in between. An error changes nothing and is not kept: the request may be
    sent again with the same key. Without the header the method does what it always does.

    Raises:
        InProgress: two at once.
        OtherRequest: the same key, another method, address or body.
        ParseError: no key can look like this.
    """

    @wraps(method)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return method(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise ParseError(f"{HEADER} is 1 to 255 visible characters of ASCII; a UUID is one.")
        person_id, digest = request.user.pk or 0, _digest(request)
        with transaction.atomic():
            _take_turn(person_id, key)
            former = Answer.objects.filter(person_id=person_id, key=key).first()
            if former and former.is_kept:
                if former.digest != digest:
                    raise OtherRequest
                return _again(former)
            response = method(view, request, *args, **kwargs)
            if response.status_code < 400:
                _keep(response, person_id, key, digest)
            return response

    answered.takes_idempotency_key = True  # type: ignore[attr-defined]  # hdms_django.openapi asks
    return answered


def _digest(request: Request) -> str:
    body = request._request.body  # before anybody parses it, which uses it up
    what = f"{request.method} {request.get_full_path()} {request.content_type}\n"
    return hashlib.sha256(what.encode() + body).hexdigest()


def _take_turn(person_id: int, key: str) -> None:
    """Be the only one with this key until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{settings.SERVICE} {HEADER} {person_id} {key}"],
        )
        if cursor.fetchone() != (True,):
            raise InProgress


def _keep(response: Response, person_id: int, key: str, digest: str) -> None:
    Answer.objects.filter(person_id=person_id, at__lt=timezone.now() - KEPT).delete()
    Answer.objects.create(
        person_id=person_id,
        key=key,
        digest=digest,
        status=response.status_code,
        headers={name: response[name] for name in REPEATED if response.has_header(name)},
        body=JSONRenderer().render(response.data).decode(),
    )


def _again(former: Answer) -> Response:
    body = json.loads(former.body) if former.body else None
    return Response(body, status=former.status, headers=former.headers)
