from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from apps.accounts.serializers import TokenSerializer
from apps.accounts.throttling import SignInThrottle
from apps.accounts.views import MeView, RegisterView

urlpatterns = [
    path("users", RegisterView.as_view()),
    path("me", MeView.as_view()),
    path(
        "token",
        TokenObtainPairView.as_view(
            serializer_class=TokenSerializer, throttle_classes=(SignInThrottle,)
        ),
    ),
    path("token/refresh", TokenRefreshView.as_view()),
]
