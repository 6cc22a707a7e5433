"""Registration, and the signed-in user."""

from typing import cast

from rest_framework.generics import CreateAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from apps.accounts.models import User
from apps.accounts.serializers import UserSerializer


class RegisterView(CreateAPIView[User]):
    """POST: make a requester."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = UserSerializer


class MeView(RetrieveAPIView[User]):
    """GET: the user whom the token names."""

    serializer_class = UserSerializer

    def get_object(self) -> User:
        return cast(User, self.request.user)
