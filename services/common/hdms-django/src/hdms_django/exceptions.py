"""What a client is told of an exception: REST framework's EXCEPTION_HANDLER."""

import errno
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from psycopg import errors as postgresql
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from hdms_common.problems import CONTENT_TYPE, Errors, problem
from hdms_django import duplicates, outage

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class Conflict(ValidationError):
    """What is asked for exists already."""

    status_code = 409


class TooLarge(APIException):
    """More than Django reads into memory."""

    status_code = 413
    default_detail = "The request is too large."


class Unavailable(APIException):
    """A server that we need is away."""

    status_code = 503
    wait = outage.RETRY_AFTER_SECONDS


class DiskFull(APIException):
    """There is no room for what was sent."""

    status_code = 507
    default_detail = "There is no room to store this; nothing was stored."


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as a problem; None, and so a 500, for what nobody has thought of."""
    known = _in_our_words(error)
    response = exception_handler(known, context)
    if response is None:
        return None
    response.data = _problem(response.status_code, response.data)
    response.content_type = CONTENT_TYPE
    if response.status_code == 400 and _only_duplicates(known):
        response.status_code = 409
        response.data = {**response.data, **_status(409)}
    return response


def _in_our_words(error: Exception) -> Exception:
    if isinstance(error, RecursionError):
        return ParseError("The JSON is nested too deeply.")
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):  # too many fields, too many files
        return ParseError(f"The request cannot be read: {error}")
    if isinstance(error, IntegrityError) and (taken := duplicates.errors(error)):
        return Conflict(taken)
    if isinstance(error, DataError):
        return ParseError("A value is longer, or greater, than can be stored.")
    if _is_disk_full(error):
        return DiskFull()
    if isinstance(error, outage.ERRORS):
        return Unavailable(outage.report(error))
    return error


def _is_disk_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in DISK_FULL
    return isinstance(error.__cause__, postgresql.DiskFull)


def _problem(status: int, data: Any) -> dict[str, Any]:
    if isinstance(data, dict) and isinstance(data.get("detail"), str):
        return problem(status, data["detail"])
    errors: Errors = {}
    _collect(data, "", errors)
    sentences = [f"{n}: {s}" if n else s for n, found in errors.items() for s in found]
    named = {name or api_settings.NON_FIELD_ERRORS_KEY: found for name, found in errors.items()}
    return problem(status, " ".join(sentences), named)


def _collect(data: Any, name: str, errors: Errors) -> None:
    """Flatten REST framework's nested errors: `{"a": {"b": [...]}}` is about the field `a.b`."""
    if isinstance(data, dict):
        for key, value in data.items():
            inner = "" if key == api_settings.NON_FIELD_ERRORS_KEY else str(key)
            _collect(value, ".".join(filter(None, (name, inner))), errors)
    elif isinstance(data, list):
        for value in data:
            _collect(value, name, errors)
    else:
        errors.setdefault(name, []).append(str(data))


def _only_duplicates(error: Exception) -> bool:
    """Whether REST framework's own look into the table found all that is wrong."""
    return isinstance(error, ValidationError) and set(_codes(error.get_codes())) == {"unique"}


def _codes(codes: Any) -> list[str]:
    if isinstance(codes, dict):
        codes = list(codes.values())
    if isinstance(codes, list):
        return [code for each in codes for code in _codes(each)]
    return [codes]


def _status(status: int) -> dict[str, Any]:
    return {name: value for name, value in problem(status).items() if name in ("title", "status")}
