"""GET and POST /api/tickets/"""

import pytest
from rest_framework.test import APIClient

from apps.tickets.models import Ticket
from hdms_testing import identity
from hdms_testing.cast import ALICE, BOB, MALLORY, ClientOf

URL = "/api/tickets/"
NEW = {"subject": "Printer on fire", "description": "Smoke.", "priority": "urgent"}


def test_a_requester_lists_their_own_tickets(alices_ticket: Ticket, client_of: ClientOf) -> None:
    newest = client_of(ALICE).get(URL).json()["results"][0]

    assert (newest["id"], newest["requester_id"]) == (alices_ticket.pk, ALICE.id)


def test_another_requester_does_not_see_them(alices_ticket: Ticket, client_of: ClientOf) -> None:
    assert client_of(MALLORY).get(URL).json()["results"] == []


def test_an_agent_lists_everyones_tickets(alices_ticket: Ticket, client_of: ClientOf) -> None:
    page = client_of(BOB).get(URL).json()

    assert alices_ticket.pk in [ticket["id"] for ticket in page["results"]]


def test_who_may_only_read_reads(db: None, client: APIClient) -> None:
    token = identity.token(ALICE.id, ALICE.username, scope="read")
    headers = {"Authorization": f"Bearer {token}"}

    assert client.get(URL, headers=headers).status_code == 200
    assert client.post(URL, NEW, headers=headers).status_code == 403


@pytest.mark.parametrize("token", ["", "Bearer nonsense"])
def test_nobody_gets_in_without_a_valid_token(token: str, db: None, client: APIClient) -> None:
    assert client.get(URL, headers={"Authorization": token}).status_code == 401


@pytest.mark.parametrize("user_id", ["", "abc", "-1", "1e9"])
def test_a_token_that_names_no_user_is_refused(user_id: str, db: None, client: APIClient) -> None:
    token = identity.token(0, "nobody", sub=user_id)
    refused = client.get(URL, headers={"Authorization": f"Bearer {token}"})

    assert (refused.status_code, refused.json()["status"]) == (401, 401)


def test_a_requester_opens_a_ticket_in_their_own_name(db: None, client_of: ClientOf) -> None:
    response = client_of(ALICE).post(URL, {**NEW, "requester_id": MALLORY.id})

    assert response.status_code == 201
    assert response.json()["requester_id"] == ALICE.id
    assert response.json()["status"] == "open"


def test_a_requester_cannot_assign_their_ticket(db: None, client_of: ClientOf) -> None:
    response = client_of(ALICE).post(URL, {**NEW, "status": "closed", "assignee_id": BOB.id})

    assert response.json()["status"] == "open"
    assert response.json()["assignee_id"] is None


def test_a_ticket_needs_a_subject(db: None, client_of: ClientOf) -> None:
    response = client_of(ALICE).post(URL, {"description": "Smoke."})

    assert response.status_code == 400
    assert response.json()["errors"] == {"subject": ["This field is required."]}


@pytest.mark.parametrize("wrong", [{"subject": 1}, {"priority": 2}, {"assignee_id": "7"}])
def test_a_value_of_another_type_is_refused(wrong: dict, db: None, client_of: ClientOf) -> None:
    assert client_of(BOB).post(URL, {**NEW, **wrong}).status_code == 400


def test_nan_is_no_json(db: None, client_of: ClientOf) -> None:
    body = '{"subject": NaN, "description": "Smoke."}'

    response = client_of(ALICE).post(URL, body, content_type="application/json")

    assert response.status_code == 400
