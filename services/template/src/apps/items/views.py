"""List, create and retrieve items."""

from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from apps.items.models import Item
from apps.items.serializers import ItemSerializer
from hdms_django.directory.standing import user_of


class ItemViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Item],
):
    """People see their own items."""

    serializer_class = ItemSerializer

    def get_queryset(self) -> QuerySet[Item]:
        return Item.objects.filter(owner_id=user_of(self.request).id)

    def perform_create(self, serializer: BaseSerializer[Item]) -> None:
        serializer.save(owner_id=user_of(self.request).id)
