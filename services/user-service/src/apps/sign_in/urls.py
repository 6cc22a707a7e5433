"""The paths below /api/accounts/auth/: allauth's, without those that change who somebody is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def closed(request: HttpRequest) -> HttpResponse:
    """Addresses, phones and new people are apps.accounts' matter, with its rules and events."""
    raise Http404


urlpatterns = [
    *(
        path(f"browser/v1/{closed_path}", closed)
        for closed_path in ("account/email", "account/phone", "auth/signup")
    ),
    path("", include("allauth.headless.urls")),
]
