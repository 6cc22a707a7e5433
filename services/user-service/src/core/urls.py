"""The paths of this service."""

from django.urls import include, path

from apps.identity.views import AccessTokensView, AccessTokenView

urlpatterns = [
    path("health/", include("hdms_django.health")),
    path("identity/", include("apps.identity.urls")),
    path("api/accounts/auth/", include("apps.sign_in.urls")),
    path("api/accounts/access-tokens/", AccessTokensView.as_view()),
    path("api/accounts/access-tokens/<int:pk>", AccessTokenView.as_view()),
    path("api/accounts/", include("apps.accounts.urls")),
    path("api/", include("apps.imports.urls")),
    path("api/people/", include("apps.people.urls.people")),
    path("api/departments/", include("apps.people.urls.departments")),
]
