"""Who may what: each cell of permissions.toml."""

import pytest

from apps.items.models import Item
from hdms_testing.permissions import Cell, cells, client_as, operations, owner


def test_every_operation_has_its_row() -> None:
    assert {cell.operation for cell in cells()} == operations()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_who_may_what(cell: Cell, db: None) -> None:
    item = Item.objects.create(title="A first one", owner_id=owner(cell))

    assert cell.ask(client_as(cell.kind), item.pk, data={"title": "Another"}) == cell.answer
