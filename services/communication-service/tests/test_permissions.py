"""Who may what: each cell of permissions.toml."""

import pytest

from apps.notifications.models import Notification
from hdms_testing.permissions import Cell, cells, client_as, operations, owner


def test_every_operation_has_its_row() -> None:
    assert {cell.operation for cell in cells()} == operations()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_who_may_what(cell: Cell, db: None) -> None:
    notification = Notification.objects.create(
        recipient_id=owner(cell), kind=Notification.Kind.SYSTEM, text="Good morning"
    )

    assert cell.ask(client_as(cell.kind), notification.pk) == cell.answer
