"""The paths of this service."""

from django.urls import include, path

urlpatterns = [
    path("health/", include("hdms_django.health")),
    path("api/{{ name }}/items/", include("apps.items.urls")),
]
