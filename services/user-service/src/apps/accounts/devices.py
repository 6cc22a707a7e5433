"""The devices from which somebody has signed in before.

A cookie says so, signed, for one name. It lets nobody in; it only keeps a stranger's guesses apart
from the owner's attempts.
"""

import secrets

from django.core import signing
from django.http import HttpResponse
from rest_framework.request import Request

from hdms_django.identity_key import identity_key

COOKIE = "device"
SALT = "apps.accounts.devices"
REMEMBERED_SECONDS = 90 * 24 * 3600


def name_in(request: Request) -> str:
    """The name with which somebody signs in, as all its spellings."""
    name = request.data.get("username") if isinstance(request.data, dict) else None
    return identity_key(str(name).strip())


def known(request: Request, name: str) -> str | None:
    """What identifies the device, if its cookie is good for this name."""
    try:
        cookie = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED_SECONDS
        )
    except signing.BadSignature:
        return None
    return str(cookie["device"]) if cookie["name"] == name else None


def remember(response: HttpResponse, request: Request) -> None:
    """Give the device of who has just signed in its cookie."""
    name = name_in(request)
    device = known(request, name) or secrets.token_urlsafe()
    response.set_cookie(
        COOKIE,
        signing.dumps({"name": name, "device": device}, salt=SALT),
        max_age=REMEMBERED_SECONDS,
        path=request.path,  # it is of use nowhere else
        httponly=True,
        samesite="Strict",
        secure=request.is_secure(),
    )
