"""How often somebody may try to sign in."""

import hashlib

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class SignInThrottle(SimpleRateThrottle):
    """Slows down who guesses a password: few attempts for one user name from one address."""

    rate = "10/minute"
    scope = "sign_in"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        # As signing in does, which takes a name with spaces around it for the same.
        who = f"{self.get_ident(request)} {str(name).strip().lower()}"
        # Of any name, a key of the characters and length that every cache takes.
        ident = hashlib.sha256(who.encode(errors="backslashreplace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}
