"""Items as JSON."""

from apps.items.models import Item
from hdms_django.serializers import ModelSerializer


class ItemSerializer(ModelSerializer[Item]):
    """An item as its owner sees it."""

    class Meta:
        model = Item
        fields = ("id", "title", "owner_id", "created_at")
        read_only_fields = ("id", "owner_id", "created_at")
