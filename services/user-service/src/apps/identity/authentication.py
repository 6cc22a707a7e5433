"""Who asks user-service itself, and what the front door exchanges."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.identity import access_tokens
from apps.identity.models import AccessToken
from hdms_django.authentication import SCHEME, SignedIdentity
from hdms_django.identity import Identity


class SignedPerson(SignedIdentity):
    """Makes `request.user` the active person whom the signed token names."""

    def user(self, identity: Identity) -> AbstractBaseUser | None:
        return get_user_model()._default_manager.filter(pk=identity.id, is_active=True).first()


class ByAccessToken(BaseAuthentication):
    """A program's access token, as a bearer; anything else that is borne is refused.

    So a signed token that a client brings along says nothing at the front door.
    """

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        borne = request.headers.get("Authorization", "")
        if not borne:
            return None
        scheme, _, token = borne.partition(" ")
        found = access_tokens.recognise(token) if scheme.lower() == SCHEME.lower() else None
        if found is None:
            raise AuthenticationFailed("The access token is not valid.")
        return found.person, found

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class BySession(SessionAuthentication):
    """A session's cookie. Who has none is told 401, as everywhere: the browser asks to sign in."""

    def authenticate_header(self, request: Request) -> str:
        """REST framework's own has none, and so answers 403."""
        return "Session"
