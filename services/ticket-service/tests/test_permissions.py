"""Who may what: each cell of permissions.toml."""

import pytest

from apps.tickets.models import Ticket
from hdms_testing.permissions import Cell, cells, client_as, operations, owner

ASKED = {"subject": "The printer is on fire", "description": "In room 7."}


def test_every_operation_has_its_row() -> None:
    assert {cell.operation for cell in cells()} == operations()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_who_may_what(cell: Cell, db: None) -> None:
    ticket = Ticket.objects.create(requester_id=owner(cell), **ASKED)

    assert cell.ask(client_as(cell.kind), ticket.pk, data=ASKED) == cell.answer
