"""The paths of users and their tokens."""

from django.urls import path
from rest_framework_simplejwt.views import TokenRefreshView

from apps.accounts.views import MeView, RegisterView, SignInView

urlpatterns = [
    path("users", RegisterView.as_view()),
    path("me", MeView.as_view()),
    path("token", SignInView.as_view()),
    path("token/refresh", TokenRefreshView.as_view()),
]
