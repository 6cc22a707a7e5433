"""GET /api/notifications/ and POST /api/notifications/<id>/read/"""

import pytest
from rest_framework.test import APIClient

from apps.notifications.models import Notification
from hdms_testing.cast import ALICE, BOB, MALLORY, ClientOf

URL = "/api/notifications/"


@pytest.fixture
def alices_notification(db: None) -> Notification:
    return Notification.objects.create(
        recipient_id=ALICE.id, kind=Notification.Kind.TICKET, text="Your ticket is resolved."
    )


def test_the_recipient_lists_it(alices_notification: Notification, client_of: ClientOf) -> None:
    newest = client_of(ALICE).get(URL).json()["results"][0]

    assert (newest["id"], newest["read_at"]) == (alices_notification.pk, None)


@pytest.mark.parametrize("person", [MALLORY, BOB], ids=lambda person: person.username)
def test_nobody_else_sees_or_reads_it(
    person: object, alices_notification: Notification, client_of: ClientOf
) -> None:
    client = client_of(person)

    assert client.get(URL).json()["results"] == []
    assert client.post(f"{URL}{alices_notification.pk}/read/").status_code == 404


def test_read_a_second_time_it_keeps_the_first_moment(
    alices_notification: Notification, client_of: ClientOf
) -> None:
    url = f"{URL}{alices_notification.pk}/read/"

    first = client_of(ALICE).post(url).json()["read_at"]

    assert first is not None
    assert client_of(ALICE).post(url).json()["read_at"] == first


def test_nobody_gets_in_without_a_token(db: None, client: APIClient) -> None:
    assert client.get(URL).status_code == 401
