"""The paths of users."""

from django.urls import path

from apps.accounts.views import MeView, RegisterView

urlpatterns = [
    path("users", RegisterView.as_view()),
    path("me", MeView.as_view()),
]
