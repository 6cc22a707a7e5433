"""/api/departments/"""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services import persons
from apps.people.services.departments import make
from hdms_django.events.models import Event

URL = "/api/departments/"
SignedIn = Callable[[User], APIClient]


def change(client: APIClient, department: Department, tag: str = "*", **changes: Any) -> Any:
    return client.patch(f"{URL}{department.pk}/", changes, headers={"If-Match": tag})


def test_an_administrator_makes_a_department_and_everybody_reads_it(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    asked = {"code": "IT", "name": "Information technology", "head": alice.pk}

    made = signed_in(admin).post(URL, asked)

    assert (made.status_code, made["ETag"]) == (201, '"1"')
    (read,) = signed_in(alice).get(URL).json()["results"]
    assert read == {
        "id": made.json()["id"],
        "code": "IT",
        "name": "Information technology",
        "parent": None,
        "head": alice.pk,
        "is_open": True,
        "may_request_approval": False,
        "version": 1,
    }
    event = Event.objects.filter(type="department.made").latest("position")
    assert (event.subject_id, event.after) == (str(read["id"]), read)


def test_a_head_belongs_to_the_department_and_the_former_one_heads_it_no_longer(
    admin: User, alice: User, bob: User, finance: Department, signed_in: SignedIn
) -> None:
    change(signed_in(admin), finance, head=alice.pk)
    answer = change(signed_in(admin), finance, head=bob.pk)

    assert answer.json()["head"] == bob.pk
    told = {
        person.pk: Event.objects.filter(subject_kind="person", subject_id=str(person.pk))
        .latest("position")
        .after
        for person in (alice, bob)
    }
    assert (told[alice.pk]["departments"], told[alice.pk]["heads"]) == ([finance.pk], [])
    assert (told[bob.pk]["departments"], told[bob.pk]["heads"]) == ([finance.pk], [finance.pk])
    assert (told[alice.pk]["version"], told[bob.pk]["version"]) == (3, 2)


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_only_administrators_change_departments(
    alice: User, bob: User, finance: Department, who: str, signed_in: SignedIn
) -> None:
    client = signed_in({"alice": alice, "bob": bob}[who])

    assert change(client, finance, name="Mine").status_code == 403
    assert client.post(URL, {"code": "X", "name": "X"}).status_code == 403


def test_a_department_is_closed_to_new_members_and_keeps_those_it_has(
    admin: User, alice: User, bob: User, finance: Department, signed_in: SignedIn
) -> None:
    persons.change(alice.pk, {"departments": [finance.pk]}, by=admin.pk)

    assert change(signed_in(admin), finance, is_open=False).status_code == 200

    headers = {"If-Match": "*"}
    new = signed_in(admin).patch(
        f"/api/people/{bob.pk}/", {"departments": [finance.pk]}, headers=headers
    )
    assert (new.status_code, set(new.json()["errors"])) == (409, {"departments"})
    assert change(signed_in(admin), finance, head=bob.pk).status_code == 409
    assert change(signed_in(admin), finance, head=alice.pk).status_code == 200
    assert signed_in(admin).delete(f"{URL}{finance.pk}/").status_code == 405


def test_nobody_who_has_left_becomes_a_head(
    admin: User, mallory: User, finance: Department, signed_in: SignedIn
) -> None:
    for nobody in (mallory.pk, mallory.pk + 1_000_000):
        answer = change(signed_in(admin), finance, head=nobody)
        assert (answer.status_code, set(answer.json()["errors"])) == (409, {"head"})


def test_the_tree_has_one_level_and_no_circle(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    payroll = make({"code": "PAY", "name": "Payroll", "parent": finance.pk}, by=admin.pk)
    wages = make({"code": "WAG", "name": "Wages"}, by=admin.pk)
    client = signed_in(admin)

    for child, parent in ((finance, payroll), (finance, finance), (wages, payroll)):
        answer = change(client, child, parent=parent.pk)
        assert (answer.status_code, set(answer.json()["errors"])) == (409, {"parent"})
    assert change(client, finance, parent=wages.pk).status_code == 409  # it has one below it
    assert change(client, payroll, parent=None).status_code == 200


@pytest.mark.parametrize(("tag", "status"), [('"1"', 200), ('"2"', 412), ("", 428)])
def test_a_change_is_made_on_a_version(
    admin: User, finance: Department, signed_in: SignedIn, tag: str, status: int
) -> None:
    assert change(signed_in(admin), finance, tag, name="Money").status_code == status


@pytest.mark.parametrize("code", ["fin", "\uff26\uff29\uff2e"])
def test_a_code_is_one_departments_in_every_spelling(
    admin: User, finance: Department, signed_in: SignedIn, code: str
) -> None:
    answer = signed_in(admin).post(URL, {"code": code, "name": "Another"})

    assert (answer.status_code, set(answer.json()["errors"])) == (409, {"code"})
