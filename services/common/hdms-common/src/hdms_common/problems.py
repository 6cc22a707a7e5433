"""Errors as RFC 9457 problems (application/problem+json), the only form that an error has."""

import json
from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"
DETAILS = {
    400: "The request is malformed.",
    403: "Forbidden.",
    404: "Nothing is found at this address.",
    405: "This method is not allowed here.",
    413: "The request is too large.",
    414: "The address is too long.",
    431: "The request's headers are too large.",
    500: "The service failed at this request; its log has the reason.",
    501: "This is not supported.",
    503: "The service cannot answer, try again shortly.",
}

Errors = dict[str, list[str]]


def problem(status: int, detail: str = "", errors: Errors | None = None) -> dict[str, Any]:
    """A problem of type about:blank: its title is the status in words.

    Args:
        detail: a sentence for a person (default: one for the status).
        errors: what is wrong with each field.
    """
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, f"{HTTPStatus(status).phrase}."),
    }
    return {**told, "errors": errors} if errors else told


def raw(status: int) -> bytes:
    """The whole answer of a web server to what it cannot read, which no application sees."""
    body = json.dumps(problem(status))
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Connection: close",
        f"Content-Type: {CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("ascii")
