"""The paths inside: the front door asks them, and leads nobody to them."""

from django.urls import path

from apps.identity.views import ExchangeView, published_keys

urlpatterns = [
    path("exchange", ExchangeView.as_view()),
    path("keys", published_keys),
]
