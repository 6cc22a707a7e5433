"""REST framework's authentication by the front door's signed token."""

from abc import ABC, abstractmethod
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from hdms_django.identity import Identity, NotAuthentic, identify
from hdms_django.published_keys import AGAIN_SECONDS, NoKeys

SCHEME = "Bearer"
NOT_VALID = "The token is not valid."


class NobodyKnows(APIException):
    """Who asks cannot be found out: the keys are unknown."""

    status_code = 503
    default_detail = "Who asks cannot be found out now, try again shortly."
    wait = AGAIN_SECONDS  # becomes Retry-After


class SignedIdentity(BaseAuthentication, ABC):
    """Makes `request.user` of whom the token names what a service knows of them."""

    def authenticate(self, request: Request) -> tuple[Any, Identity] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        try:
            identity = identify(token.strip())
        except NotAuthentic:
            raise AuthenticationFailed(NOT_VALID) from None
        except NoKeys:
            raise NobodyKnows from None
        if identity.reads_only and request.method not in SAFE_METHODS:
            raise PermissionDenied("This access token may only read.")
        user = self.user(identity)
        if user is None:
            raise AuthenticationFailed(NOT_VALID)
        return user, identity

    @abstractmethod
    def user(self, identity: Identity) -> Any:
        """What becomes `request.user`; None where that is nobody any more."""

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says in WWW-Authenticate."""
        return SCHEME
