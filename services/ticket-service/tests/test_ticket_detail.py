"""GET, PATCH and PUT /api/tickets/<id>/"""

import pytest

from apps.tickets.models import Ticket
from hdms_testing.cast import ALICE, BOB, MALLORY, ClientOf


def url(ticket: Ticket) -> str:
    return f"/api/tickets/{ticket.pk}/"


def test_a_requester_reads_their_own_ticket(alices_ticket: Ticket, client_of: ClientOf) -> None:
    assert client_of(ALICE).get(url(alices_ticket)).json()["subject"] == "No sound"


def test_another_requester_can_neither_read_nor_change_it(
    alices_ticket: Ticket, client_of: ClientOf
) -> None:
    mallory = client_of(MALLORY)

    assert mallory.get(url(alices_ticket)).status_code == 404
    assert mallory.patch(url(alices_ticket), {"subject": "Mine"}).status_code == 404


def test_an_agent_takes_a_ticket(alices_ticket: Ticket, client_of: ClientOf) -> None:
    change = {"status": "in_progress", "assignee_id": BOB.id}

    assert client_of(BOB).patch(url(alices_ticket), change).status_code == 200
    alices_ticket.refresh_from_db()
    assert (alices_ticket.status, alices_ticket.assignee_id) == ("in_progress", BOB.id)


def test_a_requester_changes_the_priority_but_not_the_status(
    alices_ticket: Ticket, client_of: ClientOf
) -> None:
    client_of(ALICE).patch(url(alices_ticket), {"priority": "high", "status": "closed"})

    alices_ticket.refresh_from_db()
    assert (alices_ticket.priority, alices_ticket.status) == ("high", "open")


def test_an_unknown_status_is_refused(alices_ticket: Ticket, client_of: ClientOf) -> None:
    assert client_of(BOB).patch(url(alices_ticket), {"status": "lost"}).status_code == 400


def test_a_ticket_cannot_be_deleted(alices_ticket: Ticket, client_of: ClientOf) -> None:
    assert client_of(BOB).delete(url(alices_ticket)).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_what_one_may_do_with_a_ticket_can_be_asked(
    alices_ticket: Ticket, client_of: ClientOf
) -> None:
    assert client_of(ALICE).options(url(alices_ticket)).status_code == 200
    assert client_of(MALLORY).options(url(alices_ticket)).json().get("actions") is None
