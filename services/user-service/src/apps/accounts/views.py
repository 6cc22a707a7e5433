"""Registration, signing in, and the signed-in user. The token views are Simple JWT's."""

from typing import Any, cast

from rest_framework.generics import CreateAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.views import TokenObtainPairView

from apps.accounts import devices
from apps.accounts.models import User
from apps.accounts.serializers import TokenSerializer, UserSerializer
from apps.accounts.throttling import SignInThrottle


class RegisterView(CreateAPIView[User]):
    """POST: make a requester."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = UserSerializer


class SignInView(TokenObtainPairView):
    """POST: a pair of tokens for a name and its password."""

    serializer_class = TokenSerializer
    throttle_classes = (SignInThrottle,)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().post(request, *args, **kwargs)
        devices.remember(response, request)
        return response


class MeView(RetrieveAPIView[User]):
    """GET: the user whom the token names."""

    serializer_class = UserSerializer

    def get_object(self) -> User:
        return cast(User, self.request.user)
