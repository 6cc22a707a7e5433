"""The devices from which somebody has signed in before.

A cookie says so, signed, for one person's names. It lets nobody in; it only keeps a stranger's
guesses apart from the owner's attempts.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from hdms_django.identity_key import identity_key

COOKIE = "device"
PATH = "/api/accounts/auth/"  # it is of use nowhere else
SALT = "apps.sign_in.devices"
REMEMBERED_SECONDS = 90 * 24 * 3600


def name_key(name: str) -> str:
    """The name with which somebody signs in, as all its spellings."""
    return identity_key(name.strip())


def known(request: HttpRequest, name: str) -> str | None:
    """What identifies the device, if its cookie is good for this name (a name_key)."""
    try:
        cookie = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED_SECONDS
        )
    except signing.BadSignature:
        return None
    return str(cookie["device"]) if name in cookie["names"] else None


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Django's middleware: gives the device of who has just signed in its cookie."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        names = getattr(request, "signed_in_as", None)
        if names:
            device = known(request, names[0]) or secrets.token_urlsafe()
            response.set_cookie(
                COOKIE,
                signing.dumps({"names": names, "device": device}, salt=SALT),
                max_age=REMEMBERED_SECONDS,
                path=PATH,
                httponly=True,
                samesite="Strict",
                secure=request.is_secure(),
            )
        return response

    return answer


@receiver(user_logged_in)
def _note(request: Any, user: Any, **_: object) -> None:
    # The response that will carry the cookie is not there yet.
    request.signed_in_as = [name_key(user.get_username()), name_key(user.email)]
