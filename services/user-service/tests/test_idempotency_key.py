"""`Idempotency-Key`, on POST /api/people/"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.services import persons
from hdms_django.idempotency.models import Answer

SignedIn = Callable[[User], APIClient]
DORA = {"employee_code": "E-7", "email": "dora@example.com"}


def register(client: APIClient, key: str = "k-1", **changed: str) -> Any:
    return client.post("/api/people/", {**DORA, **changed}, headers={"Idempotency-Key": key})


def test_a_repeated_request_gets_the_first_answer_whatever_has_happened_since(
    admin: User, signed_in: SignedIn
) -> None:
    first = register(signed_in(admin))
    persons.change(first.json()["id"], {"first_name": "Dora"}, by=admin.pk)

    again = register(signed_in(admin))

    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), '"1"')
    assert User.objects.filter(employee_code="E-7").count() == 1


def test_a_key_with_another_request_is_refused(admin: User, signed_in: SignedIn) -> None:
    register(signed_in(admin))

    assert register(signed_in(admin), email="other@example.com").status_code == 422


def test_a_key_is_one_persons(admin: User, signed_in: SignedIn) -> None:
    other = persons.register("eve", "eve@example.com", role="admin")
    register(signed_in(admin))

    assert register(signed_in(other)).status_code == 409  # the code is taken: no answer of Ada's


def test_after_a_day_a_key_is_new(admin: User, signed_in: SignedIn) -> None:
    register(signed_in(admin))
    answer = Answer.objects.get()
    Answer.objects.update(at=answer.at - timedelta(hours=24))

    again = register(signed_in(admin), employee_code="E-8", email="e8@example.com")

    assert again.status_code == 201
    assert Answer.objects.get().body == again.content.decode()


def test_an_error_is_not_kept_and_the_request_may_be_sent_again(
    admin: User, signed_in: SignedIn
) -> None:
    other = persons.register("E-7", "first@example.com")
    assert register(signed_in(admin)).status_code == 409
    persons.change(other.pk, {"employee_code": "E-1"}, by=admin.pk)

    assert register(signed_in(admin)).status_code == 201


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "\u00fc"])
def test_a_key_that_is_none_is_refused(admin: User, signed_in: SignedIn, key: str) -> None:
    assert register(signed_in(admin), key).status_code == 400
