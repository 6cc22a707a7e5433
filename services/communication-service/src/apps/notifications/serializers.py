"""Notifications as JSON."""

from apps.notifications.models import Notification
from hdms_django.serializers import ModelSerializer


class NotificationSerializer(ModelSerializer[Notification]):
    """One notification, of which nothing can be written."""

    class Meta:
        model = Notification
        fields = ("id", "kind", "text", "created_at", "read_at")
        read_only_fields = fields
