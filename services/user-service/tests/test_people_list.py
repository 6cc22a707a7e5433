"""GET /api/people/ and /api/people/<id>/"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services import persons
from hdms_django.identity import Role

URL = "/api/people/"
SignedIn = Callable[[User], APIClient]


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [person["employee_code"] for person in answer.json()["results"]]


def test_everybody_reads_the_public_part_of_who_is_active(
    alice: User, bob: User, mallory: User, signed_in: SignedIn
) -> None:
    answer = signed_in(alice).get(URL)

    assert codes(answer) == ["alice", "bob"]
    assert set(answer.json()["results"][0]) == {
        "id",
        "employee_code",
        "name",
        "departments",
        "heads",
    }
    assert signed_in(alice).get(f"{URL}{mallory.pk}/").status_code == 404


def test_an_administrator_reads_everything_of_everybody_but_no_password(
    admin: User, mallory: User, signed_in: SignedIn
) -> None:
    answer = signed_in(admin).get(f"{URL}{mallory.pk}/")

    assert (answer.json()["email"], answer.json()["is_active"]) == ("mallory@example.com", False)
    assert answer["ETag"] == '"1"'
    assert not any("password" in name for name in answer.json())


def test_nobody_reads_without_signing_in(db: None, client: APIClient) -> None:
    assert client.get(URL).status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?role=moderator", ["bob"]),
        ("?is_active=false", ["mallory"]),
        ("?is_approver=true", ["alice"]),
        ("?search=KHAN", ["alice"]),
        ("?search=ali%20khan", ["alice"]),
        ("?search=bob@EXAMPLE", ["bob"]),
        ("?search=nobody", []),
    ],
)
def test_an_administrator_finds_people(
    admin: User,
    alice: User,
    bob: User,
    mallory: User,
    signed_in: SignedIn,
    query: str,
    found: list[str],
) -> None:
    names = {"first_name": "Alina", "last_name": "Khan", "is_approver": True}
    persons.change(alice.pk, names, by=admin.pk)

    assert codes(signed_in(admin).get(URL + query)) == found


def test_others_find_nobody_by_what_they_may_not_read(
    alice: User, bob: User, signed_in: SignedIn
) -> None:
    assert codes(signed_in(alice).get(f"{URL}?search=bob@example")) == []
    assert codes(signed_in(alice).get(f"{URL}?role=moderator")) == ["alice", "bob"]


def test_the_people_of_a_department_are_found(
    admin: User, alice: User, finance: Department, signed_in: SignedIn
) -> None:
    persons.change(alice.pk, {"departments": [finance.pk]}, by=admin.pk)

    answer = signed_in(alice).get(f"{URL}?department={finance.pk}")

    assert codes(answer) == ["alice"]
    assert answer.json()["results"][0]["departments"] == [finance.pk]


@pytest.mark.parametrize(
    "query",
    ["?role=owner", "?is_active=perhaps", "?department=x", "?search=%00", "?search=" + "x" * 101],
)
def test_a_query_that_makes_no_sense_is_refused(
    admin: User, signed_in: SignedIn, query: str
) -> None:
    assert signed_in(admin).get(URL + query).status_code == 400


def test_the_list_comes_in_pages_with_as_many_queries_for_many_as_for_one(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for number in range(30):
        persons.register(
            f"P{number:02}", f"p{number}@example.com", departments=[finance.pk], role=Role.ANALYST
        )

    with CaptureQueriesContext(connection) as many:
        first = client.get(f"{URL}?role=analyst&page_size=20")
    rest = client.get(first.json()["next"])

    assert len(many) <= len(few) + 1  # a department to fetch
    assert [*codes(first), *codes(rest)] == [f"P{number:02}" for number in range(30)]
    assert rest.json()["next"] is None


def test_two_whose_names_look_the_same_are_told_apart(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    cyrillic = "\N{CYRILLIC CAPITAL LETTER A}da"
    persons.register("E-1", "one@example.com", first_name="Ada")
    persons.register("E-2", "two@example.com", first_name=cyrillic)

    people = signed_in(alice).get(URL).json()["results"]

    told = {person["name"]: person["employee_code"] for person in people}
    assert (told["Ada"], told[cyrillic]) == ("E-1", "E-2")
