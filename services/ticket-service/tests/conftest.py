import pytest

from apps.tickets.models import Ticket
from hdms_testing.cast import ALICE

pytest_plugins = ["hdms_testing.plugin"]


@pytest.fixture
def alices_ticket(db: None) -> Ticket:
    return Ticket.objects.create(
        subject="No sound", description="Since Monday.", requester_id=ALICE.id
    )
