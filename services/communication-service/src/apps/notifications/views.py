"""A recipient's notifications."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.notifications.models import Notification
from apps.notifications.serializers import NotificationSerializer
from hdms_django.directory.standing import user_of


class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notification]):
    """Everybody sees and reads only their own."""

    serializer_class = NotificationSerializer

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.filter(recipient_id=user_of(self.request).id)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark as read; a second time keeps the first one's moment."""
        notification = self.get_object()
        # One statement: of two at once, the second finds the first one's moment.
        unread = self.get_queryset().filter(pk=notification.pk, read_at=None)
        unread.update(read_at=timezone.now())
        notification.refresh_from_db(fields=["read_at"])
        return Response(self.get_serializer(notification).data)
