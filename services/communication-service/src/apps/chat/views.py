"""A room's stored messages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from apps.chat.models import Message
from apps.chat.serializers import MessageSerializer


class AfterSerializer(serializers.Serializer[None]):
    """The query parameters of MessageListView."""

    after = serializers.IntegerField(min_value=0, default=0)


@extend_schema(parameters=[AfterSerializer])
class MessageListView(ListAPIView[Message]):
    """GET: the messages of a room; `after=<id>` gives only newer ones, to catch up."""

    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        query = AfterSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return Message.objects.filter(
            room=self.kwargs["room"], id__gt=query.validated_data["after"]
        )
