"""POST /api/accounts/users"""

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User

URL = "/api/accounts/users"
CAROL = {"username": "carol", "email": "Carol@Example.com", "password": "quite-a-long-phrase-7"}


def test_anybody_may_register_as_a_requester(db: None, client: APIClient) -> None:
    response = client.post(URL, {**CAROL, "role": "admin"})

    assert response.status_code == 201
    assert response.json()["role"] == "requester"
    assert User.objects.get(employee_code="carol").check_password(CAROL["password"])


def test_the_answer_does_not_repeat_the_password(db: None, client: APIClient) -> None:
    assert CAROL["password"] not in client.post(URL, CAROL).content.decode()


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", "Alice@EXAMPLE.com"])
def test_an_email_address_registers_once(alice: User, email: str, client: APIClient) -> None:
    response = client.post(URL, {**CAROL, "email": email})

    assert response.status_code == 409
    assert set(response.json()["errors"]) == {"email"}


@pytest.mark.parametrize("password", ["short", "12345678901", "carol-carol"])
def test_a_weak_password_is_refused(db: None, password: str, client: APIClient) -> None:
    response = client.post(URL, {**CAROL, "username": "carol-carol", "password": password})

    assert response.status_code == 400
    assert "password" in response.json()["errors"]
