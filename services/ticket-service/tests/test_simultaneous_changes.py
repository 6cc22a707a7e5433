"""PATCH /api/tickets/<id>/ by two at the same time"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from apps.tickets.models import Ticket
from hdms_testing.cast import BOB, ClientOf

TRIES = 30


def test_of_two_changes_of_different_fields_at_once_none_is_lost(
    transactional_db: None, alices_ticket: Ticket, client_of: ClientOf
) -> None:
    url = f"/api/tickets/{alices_ticket.pk}/"
    together = Barrier(2)

    def change(field: str, value: object) -> int:
        together.wait()
        try:
            return client_of(BOB).patch(url, {field: value}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        for number in range(1, TRIES + 1):
            subject = two.submit(change, "subject", f"try {number}")
            assignee = two.submit(change, "assignee_id", number)
            assert (subject.result(), assignee.result()) == (200, 200)

            alices_ticket.refresh_from_db()
            now = (alices_ticket.subject, alices_ticket.assignee_id)
            assert now == (f"try {number}", number)


def test_a_change_is_dated_and_no_change_is_not(alices_ticket: Ticket, client_of: ClientOf) -> None:
    before = alices_ticket.updated_at
    url = f"/api/tickets/{alices_ticket.pk}/"

    assert client_of(BOB).patch(url, {}).status_code == 200
    alices_ticket.refresh_from_db()
    assert alices_ticket.updated_at == before

    assert client_of(BOB).patch(url, {"status": "resolved"}).status_code == 200
    alices_ticket.refresh_from_db()
    assert alices_ticket.updated_at > before
