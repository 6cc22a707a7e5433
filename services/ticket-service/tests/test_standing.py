"""What somebody may, as the directory of this service says (hdms_django.directory.standing)"""

from typing import Any

import pytest

from apps.tickets.models import Ticket
from hdms_django.directory.consumers import keep_department, keep_person
from hdms_django.directory.standing import standing_of
from hdms_django.events import Received
from hdms_django.identity import Identity, Role
from hdms_testing.cast import ALICE, BOB, ClientOf
from hdms_testing.directory import department, person
from hdms_testing.events import message

ID = 4711
WHO = Identity(ID, "as the token says", expires=0)


def told(type: str, state: dict[str, Any]) -> Received:
    event = message(type, after=state)
    return Received(**{**event, "sender": "user-service", "subject": ("trial", "1")})


@pytest.mark.parametrize(
    ("role", "sees_all"),
    [("requester", False), ("moderator", True), ("analyst", False), ("admin", True)],
)
def test_who_sees_all_is_who_has_a_role_for_it(db: None, role: str, sees_all: bool) -> None:
    keep_person(told("person.registered", person(ID, role=role)))

    standing = standing_of(WHO)

    assert standing
    assert (standing.role, standing.sees_all) == (role, sees_all)


def test_a_demotion_counts_as_soon_as_its_event_has_come(db: None) -> None:
    keep_person(told("person.registered", person(ID, role="moderator")))
    keep_person(told("person.changed", person(ID, role="requester", version=2)))
    keep_person(told("person.registered", person(ID, role="moderator")))  # again, out of order

    standing = standing_of(WHO)

    assert standing
    assert (standing.role, standing.sees_all) == (Role.REQUESTER, False)


@pytest.mark.parametrize("role", Role.values)
def test_who_is_deactivated_is_nobody_whatever_they_were(db: None, role: str) -> None:
    state = person(ID, role=role, is_approver=True, departments=[7])
    keep_person(told("person.registered", state))
    keep_department(told("department.made", department(7, head=ID)))
    keep_person(told("person.deactivated", {**state, "is_active": False, "version": 2}))

    assert standing_of(WHO) is None


def test_of_whom_nothing_is_known_yet_may_the_least(db: None) -> None:
    standing = standing_of(WHO)

    assert standing
    assert (standing.name, standing.role, standing.heads) == (WHO.name, Role.REQUESTER, set())


def test_a_demotion_counts_for_the_token_that_one_has(
    alices_ticket: Ticket, client_of: ClientOf
) -> None:
    bob, url = client_of(BOB), f"/api/tickets/{alices_ticket.pk}/"
    assert bob.get(url).status_code == 200

    keep_person(told("person.changed", person(BOB.id, version=2)))

    assert bob.get(url).status_code == 404


def test_who_was_deactivated_is_let_in_no_more_whatever_their_token_says(
    db: None, client_of: ClientOf
) -> None:
    alice = client_of(ALICE)
    assert alice.get("/api/tickets/").status_code == 200

    keep_person(told("person.deactivated", person(ALICE.id, is_active=False, version=2)))

    assert alice.get("/api/tickets/").status_code == 401


def test_a_head_heads_a_department_as_long_as_it_says_so(db: None) -> None:
    keep_person(told("person.changed", person(ID, departments=[7, 8], is_approver=True)))
    keep_department(told("department.made", department(7, head=ID)))

    standing = standing_of(WHO)
    assert standing
    assert (standing.departments, standing.heads, standing.is_approver) == ({7, 8}, {7}, True)

    keep_department(told("department.changed", department(7, version=2)))
    standing = standing_of(WHO)
    assert standing
    assert standing.heads == frozenset()
