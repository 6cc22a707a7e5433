"""Changes of people and departments at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services.departments import make
from hdms_django.identity import Role

SignedIn = Callable[[User], APIClient]
MANY = 20


def administrator(name: str) -> User:
    return User.objects.create_user(name, f"{name}@example.com", role=Role.ADMIN)


def at_once(requests: list[Callable[[], Any]]) -> list[Any]:
    """The answers to requests, each from a thread and connection of its own."""

    def one(request: Callable[[], Any]) -> Any:
        try:
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(one, requests))


def test_of_many_administrators_who_go_at_once_one_stays(
    committed: None, signed_in: SignedIn
) -> None:
    administrators = [administrator(f"a{number}") for number in range(6)]
    clients = [signed_in(each) for each in administrators]

    def demote(number: int) -> Any:
        url = f"/api/people/{administrators[number].pk}/"
        change = {"role": "requester"}
        return clients[number].patch(url, change, headers={"If-Match": "*"}).status_code

    def deactivate(number: int) -> Any:
        url = f"/api/people/{administrators[number].pk}/deactivate/"
        return clients[number].post(url, {}, headers={"If-Match": "*"}).status_code

    moves = [demote, deactivate] * 3
    statuses = at_once([lambda n=n, move=move: move(n) for n, move in enumerate(moves)])  # type: ignore[misc]

    assert Counter(statuses) == {200: 5, 409: 1}
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_of_many_heads_who_are_named_on_one_version_one_becomes_it(
    committed: None, signed_in: SignedIn
) -> None:
    ada = administrator("ada")
    finance = make({"code": "FIN", "name": "Finance"}, by=ada.pk)
    heads = [User.objects.create_user(f"h{n}", f"h{n}@example.com") for n in range(MANY)]

    def name(head: User) -> tuple[int, int]:
        answer = signed_in(ada).patch(
            f"/api/departments/{finance.pk}/", {"head": head.pk}, headers={"If-Match": '"1"'}
        )
        return answer.status_code, head.pk

    answers = at_once([lambda head=head: name(head) for head in heads])  # type: ignore[misc]

    assert Counter(status for status, _ in answers) == {200: 1, 412: MANY - 1}
    (winner,) = [head for status, head in answers if status == 200]
    finance.refresh_from_db()
    assert finance.head_id == winner
    assert [person.pk for person in finance.members.all()] == [winner]


def test_two_departments_do_not_go_below_each_other(committed: None, signed_in: SignedIn) -> None:
    ada = administrator("ada")
    pair = [make({"code": code, "name": code}, by=ada.pk) for code in ("A", "B")]

    def below(child: Department, parent: Department) -> int:
        answer = signed_in(ada).patch(
            f"/api/departments/{child.pk}/", {"parent": parent.pk}, headers={"If-Match": "*"}
        )
        return int(answer.status_code)

    statuses = at_once([lambda: below(pair[0], pair[1]), lambda: below(pair[1], pair[0])])

    assert sorted(statuses) == [200, 409]


def test_one_key_sent_many_times_at_once_makes_one_person(
    committed: None, signed_in: SignedIn
) -> None:
    ada = administrator("ada")
    dora = {"employee_code": "E-7", "email": "dora@example.com"}

    def register() -> Any:
        return signed_in(ada).post("/api/people/", dora, headers={"Idempotency-Key": "k-1"})

    answers = at_once([register] * MANY)

    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert set(made) == {User.objects.get(employee_code="E-7").pk}
    assert register().json()["id"] == made[0]
