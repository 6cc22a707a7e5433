"""REST framework's authentication by the front door's signed token."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from hdms_django.identity import Identity, NotAuthentic, identify
from hdms_django.published_keys import AGAIN_SECONDS, NoKeys

SCHEME = "Bearer"


class NobodyKnows(APIException):
    """Who asks cannot be found out: the keys are unknown."""

    status_code = 503
    default_detail = "Who asks cannot be found out now, try again shortly."
    wait = AGAIN_SECONDS  # becomes Retry-After


class SignedIdentity(BaseAuthentication):
    """Makes `request.user` an Identity."""

    def authenticate(self, request: Request) -> tuple[Any, Identity] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        try:
            identity = identify(token.strip())
        except NotAuthentic:
            raise AuthenticationFailed("The token is not valid.") from None
        except NoKeys:
            raise NobodyKnows from None
        if identity.reads_only and request.method not in SAFE_METHODS:
            raise PermissionDenied("This access token may only read.")
        return self.user(identity), identity

    def user(self, identity: Identity) -> Any:
        """What becomes `request.user`; AuthenticationFailed where that is nobody."""
        return identity

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says in WWW-Authenticate."""
        return SCHEME
