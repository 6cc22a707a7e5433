"""The paths of this service."""

from django.urls import include, path

urlpatterns = [
    path("health/", include("hdms_django.health")),
    path("api/tickets/", include("apps.tickets.urls")),
]
