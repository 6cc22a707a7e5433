"""How often somebody may try to sign in."""

import hashlib

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from apps.accounts import devices


class SignInThrottle(SimpleRateThrottle):
    """Slows down who guesses a password: few attempts for one user name from one address.

    A device from which its owner has signed in before has attempts of its own: whoever knows a
    name can use up the others', and lock out no more than devices that are as unknown.
    """

    rate = "10/minute"
    scope = "sign_in"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        name = devices.name_in(request)
        who = devices.known(request, name) or f"{self.get_ident(request)} {name}"
        # Of any name, a key of the characters and length that every cache takes.
        ident = hashlib.sha256(who.encode(errors="backslashreplace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}
