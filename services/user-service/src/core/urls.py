"""The paths of this service."""

from django.urls import include, path

urlpatterns = [
    path("health/", include("hdms_django.health")),
    path("api/accounts/", include("apps.accounts.urls")),
    path("api/", include("apps.imports.urls")),
    path("api/people/", include("apps.people.urls.people")),
    path("api/departments/", include("apps.people.urls.departments")),
]
