import pytest

from apps.items.models import Item
from hdms_testing.cast import ALICE

pytest_plugins = ["hdms_testing.plugin"]


@pytest.fixture
def alices_item(db: None) -> Item:
    return Item.objects.create(title="A first one", owner_id=ALICE.id)
