"""PATCH /api/people/<id>/, POST /api/people/, .../deactivate/, .../reactivate/"""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services import departments
from hdms_django.events.models import Event
from hdms_django.identity import Role

SignedIn = Callable[[User], APIClient]
DORA = {"employee_code": "E-7", "email": "dora@example.com", "first_name": "Dora"}


def change(client: APIClient, person: User, changes: dict[str, Any], tag: str = "*") -> Any:
    return client.patch(f"/api/people/{person.pk}/", changes, headers={"If-Match": tag})


def move(client: APIClient, person: User, name: str, reason: str = "") -> Any:
    url = f"/api/people/{person.pk}/{name}/"
    return client.post(url, {"reason": reason}, headers={"If-Match": "*"})


def events_of(person: User) -> list[Event]:
    found = Event.objects.filter(subject_kind="person", subject_id=str(person.pk))
    return list(found.order_by("position"))


def test_an_administrator_registers_somebody_who_cannot_sign_in_yet(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    answer = signed_in(admin).post("/api/people/", {**DORA, "departments": [finance.pk]})

    assert (answer.status_code, answer["ETag"]) == (201, '"1"')
    dora = User.objects.get(employee_code="E-7")
    assert not dora.has_usable_password()
    (event,) = events_of(dora)
    assert (event.type, event.by, event.after["departments"]) == (
        "person.registered",
        admin.pk,
        [finance.pk],
    )


def test_an_event_tells_what_was_and_all_that_is(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    answer = change(signed_in(admin), alice, {"role": "moderator", "reason": "Queue"}, tag='"1"')

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    event = events_of(alice)[-1]
    assert (event.type, event.before, event.reason) == (
        "person.changed",
        {"role": "requester"},
        "Queue",
    )
    assert event.after == {
        "id": alice.pk,
        "employee_code": "alice",
        "email": "alice@example.com",
        "first_name": "",
        "last_name": "",
        "name": "alice",
        "phone": "",
        "language": "en",
        "time_zone": "UTC",
        "role": "moderator",
        "is_approver": False,
        "is_active": True,
        "departments": [],
        "heads": [],
        "version": 2,
    }


def test_what_changes_nothing_is_no_event_and_no_version(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    answer = change(signed_in(admin), alice, {"role": "requester", "departments": []})

    assert answer.json()["version"] == 1
    assert len(events_of(alice)) == 1


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_only_administrators_change_people(
    alice: User, bob: User, who: str, signed_in: SignedIn
) -> None:
    client = signed_in({"alice": alice, "bob": bob}[who])

    assert change(client, alice, {"role": "admin"}).status_code == 403
    assert client.post("/api/people/", DORA).status_code == 403
    assert move(client, alice, "deactivate").status_code == 403
    assert move(client, alice, "reactivate").status_code == 403


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"7", "1"', 200),
        ('"7"', 412),
        ('W/"1"', 412),  # a weak tag is never the same (RFC 9110, 8.8.3.2)
        ("", 428),
        ("1", 400),
    ],
)
def test_a_change_is_made_on_a_version(
    admin: User, alice: User, signed_in: SignedIn, tag: str, status: int
) -> None:
    assert change(signed_in(admin), alice, {"is_approver": True}, tag).status_code == status

    alice.refresh_from_db()
    assert alice.is_approver == (status == 200)


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize(
    "name",
    [
        "M\N{COMBINING DIAERESIS}" * 10,
        "\N{ARABIC LETTER ALEF}\N{RIGHT-TO-LEFT MARK}",
        "\N{ARABIC LETTER FARSI YEH}\N{ZERO WIDTH NON-JOINER}\N{ARABIC LETTER ALEF}",
        "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}",
        "<script>alert(1)</script>",
        "=SUM(A1)",
    ],
)
def test_a_name_is_kept_as_it_was_written(
    admin: User, alice: User, signed_in: SignedIn, field: str, name: str
) -> None:
    assert change(signed_in(admin), alice, {field: name}).json()[field] == name


@pytest.mark.parametrize(
    "name",
    [
        "n" * 200,
        "nul\0",
        "line\nbreak",
        "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
        "zero\N{ZERO WIDTH SPACE}width",
        "\N{ZERO WIDTH JOINER}\N{RIGHT-TO-LEFT MARK}",
    ],
)
def test_a_name_that_cannot_be_shown_safely_is_refused(
    admin: User, alice: User, signed_in: SignedIn, name: str
) -> None:
    answer = change(signed_in(admin), alice, {"last_name": name})

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"last_name"})


def test_half_a_character_is_no_name(admin: User, alice: User, signed_in: SignedIn) -> None:
    answer = signed_in(admin).patch(
        f"/api/people/{alice.pk}/",
        '{"last_name": "\\ud800"}',
        content_type="application/json",
        headers={"If-Match": "*"},
    )

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"last_name"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("employee_code", "two words"),
        ("employee_code", ""),
        ("email", "nobody"),
        ("phone", "call me"),
        ("language", "xx"),
        ("time_zone", "Moon/Base"),
        ("role", "owner"),
        ("departments", ["x"]),
    ],
)
def test_a_wrong_value_names_its_field(
    admin: User, alice: User, signed_in: SignedIn, field: str, value: object
) -> None:
    answer = change(signed_in(admin), alice, {field: value})

    assert answer.status_code == 400
    assert {name.partition(".")[0] for name in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("field", ["employee_code", "email"])
def test_what_is_somebody_elses_is_a_conflict_that_names_the_field(
    admin: User, alice: User, bob: User, signed_in: SignedIn, field: str
) -> None:
    answer = change(signed_in(admin), alice, {field: getattr(bob, field).upper()})

    assert (answer.status_code, set(answer.json()["errors"])) == (409, {field})


def test_the_last_active_administrator_stays_one(
    admin: User, mallory: User, signed_in: SignedIn
) -> None:
    User.objects.filter(pk=mallory.pk).update(role=Role.ADMIN)  # has left: does not count

    assert change(signed_in(admin), admin, {"role": "moderator"}).status_code == 409
    assert move(signed_in(admin), admin, "deactivate").status_code == 409
    admin.refresh_from_db()
    assert admin.is_administrator


def test_with_another_one_an_administrator_may_go(
    admin: User, bob: User, signed_in: SignedIn
) -> None:
    change(signed_in(admin), bob, {"role": "admin"})

    assert change(signed_in(admin), admin, {"role": "requester"}).status_code == 200
    assert change(signed_in(admin), bob, {"role": "requester"}).status_code == 403


def test_a_head_who_is_deactivated_leaves_the_department_without_one(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    departments.change(finance.pk, {"head": alice.pk}, by=admin.pk)

    answer = move(signed_in(admin), alice, "deactivate", "Has left us")

    finance.refresh_from_db()
    assert finance.head is None
    assert (answer.json()["heads"], answer.json()["departments"]) == ([], [finance.pk])
    told = Event.objects.filter(subject_kind="department", subject_id=str(finance.pk))
    assert told.latest("position").before == {"head": alice.pk}
    event = events_of(alice)[-1]
    assert (event.type, event.reason) == ("person.deactivated", "Has left us")
    assert event.before == {"is_active": True, "heads": [finance.pk]}


def test_a_head_who_belongs_there_no_longer_heads_it_no_longer(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    departments.change(finance.pk, {"head": alice.pk}, by=admin.pk)

    answer = change(signed_in(admin), alice, {"departments": []})

    finance.refresh_from_db()
    assert (answer.json()["heads"], finance.head) == ([], None)


def test_who_was_deactivated_is_refused_at_once_and_let_in_again(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    assert signed_in(alice).get("/api/people/me/").status_code == 200

    move(signed_in(admin), alice, "deactivate")
    assert signed_in(alice).get("/api/people/me/").status_code == 401

    move(signed_in(admin), alice, "reactivate")
    assert signed_in(alice).get("/api/people/me/").status_code == 200
    assert [event.type for event in events_of(alice)][1:] == [
        "person.deactivated",
        "person.reactivated",
    ]


def test_a_demotion_counts_with_the_next_request_whatever_the_token_says(
    admin: User, bob: User, alice: User, signed_in: SignedIn
) -> None:
    change(signed_in(admin), bob, {"role": "admin"})
    client = signed_in(User.objects.get(pk=bob.pk))
    assert change(client, alice, {"is_approver": True}).status_code == 200

    change(signed_in(admin), bob, {"role": "requester"})

    assert change(client, alice, {"is_approver": False}).status_code == 403


def test_nobody_is_deleted(admin: User, alice: User, signed_in: SignedIn) -> None:
    assert signed_in(admin).delete(f"/api/people/{alice.pk}/").status_code == 405


def test_who_is_not_there_cannot_be_changed(admin: User, signed_in: SignedIn) -> None:
    nobody = User(pk=admin.pk + 1_000_000)

    assert change(signed_in(admin), nobody, {}).status_code == 404
    assert move(signed_in(admin), nobody, "deactivate").status_code == 404


def test_a_person_changes_how_they_are_reached_and_nothing_else(
    alice: User, signed_in: SignedIn
) -> None:
    asked = {"language": "ur", "time_zone": "Asia/Karachi", "role": "admin", "first_name": "X"}

    answer = signed_in(alice).patch("/api/people/me/", asked, headers={"If-Match": '"1"'})

    assert answer.status_code == 200
    told = {name: answer.json()[name] for name in asked}
    assert told == {
        "language": "ur",
        "time_zone": "Asia/Karachi",
        "role": "requester",
        "first_name": "",
    }
