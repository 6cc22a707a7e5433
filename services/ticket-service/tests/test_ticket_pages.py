"""GET /api/tickets/, page after page"""

from base64 import b64encode

import pytest

from apps.tickets.models import Ticket
from hdms_testing.cast import ALICE, BOB, ClientOf


def open_tickets(count: int) -> list[int]:
    made = [Ticket(subject=f"#{n}", description="-", requester_id=ALICE.id) for n in range(count)]
    return [ticket.pk for ticket in Ticket.objects.bulk_create(made)]


def test_every_ticket_is_seen_once_though_others_are_opened_meanwhile(
    db: None, client_of: ClientOf
) -> None:
    there = open_tickets(120)
    seen: list[int] = []
    url = "/api/tickets/"
    while url:
        page = client_of(ALICE).get(url).json()
        seen += [ticket["id"] for ticket in page["results"]]
        url = page["next"]
        open_tickets(7)

    assert seen == sorted(there, reverse=True)


@pytest.mark.parametrize("place", ["p=nonsense", f"p={'9' * 40}", "o=-1", "p=1&o=1000000000000"])
def test_a_cursor_that_somebody_made_up_is_no_failure(
    db: None, client_of: ClientOf, place: str
) -> None:
    cursor = b64encode(place.encode()).decode()

    assert client_of(BOB).get("/api/tickets/", {"cursor": cursor}).status_code in (200, 404)
