"""The paths of this service."""

from django.urls import include, path

urlpatterns = [
    path("health/", include("hdms_django.health")),
    path("api/chat/", include("apps.chat.urls")),
    path("api/notifications/", include("apps.notifications.urls")),
]
