"""The front door's exchange, the public keys, and a person's access tokens."""

from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.generics import DestroyAPIView, GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.identity import access_tokens, keys
from apps.identity.authentication import ByAccessToken, BySession
from apps.identity.issuing import issue
from apps.identity.models import AccessToken
from apps.identity.serializers import AccessTokenSerializer, NewAccessTokenSerializer

IDENTITY = "X-Identity"
# What is revoked counts within a second or two; the stale answer is for while we are away. Both
# together are less than a token lives.
CACHED = "max-age=1, stale-if-error=60"


class ExchangeView(APIView):
    """GET: a signed token, in X-Identity, for a session's cookie or a program's access token.

    For the front door: it leads nobody here.
    """

    authentication_classes = (ByAccessToken, BySession)
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        borne = request.auth
        reads_only = isinstance(borne, AccessToken) and borne.scope == AccessToken.Scope.READ
        identity = issue(cast(AbstractBaseUser, request.user), reads_only=reads_only)
        return Response(status=204, headers={IDENTITY: identity, "Cache-Control": CACHED})


@cache_control(max_age=5)
def published_keys(request: HttpRequest) -> JsonResponse:
    """The public keys, as a JSON Web Key Set."""
    return JsonResponse(keys.published())


class _OwnAccessTokens(GenericAPIView[AccessToken]):
    """Of the person who is signed in with a session: no access token makes or ends another."""

    authentication_classes = (BySession,)
    serializer_class = AccessTokenSerializer

    def get_queryset(self) -> QuerySet[AccessToken]:
        return AccessToken.objects.filter(person_id=self.request.user.pk)


class AccessTokensView(_OwnAccessTokens, ListCreateAPIView[AccessToken]):
    """GET: one's access tokens. POST: a new one; its answer alone has the token itself."""

    @extend_schema(responses={201: NewAccessTokenSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        person = cast(AbstractBaseUser, request.user)
        stored, token = access_tokens.make(person, **serializer.validated_data)
        told = {**self.get_serializer(stored).data, "token": token}
        return Response(told, status=201, headers={"Cache-Control": "no-store"})


class AccessTokenView(_OwnAccessTokens, DestroyAPIView[AccessToken]):
    """DELETE: the token is of no use any more."""
