"""A browser at the door."""

import secrets
import uuid
from typing import Any

from rest_framework.test import APIClient

from apps.accounts.models import User

AUTH = "/api/accounts/auth/browser/v1"


def stranger() -> APIClient:
    """A browser at an address that no other test has."""
    return APIClient(
        HTTP_X_FORWARDED_FOR=f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    )


def sign_in(client: APIClient, name: str, password: str, **more: Any) -> Any:
    """The answer to a name and a password."""
    form = {"username": name, "password": password}
    return client.post(f"{AUTH}/auth/login", form, **more)


def browser_of(person: User, password: str) -> APIClient:
    """Where a person has signed in."""
    client = stranger()
    answer = sign_in(client, person.get_username(), password)
    assert answer.status_code == 200, answer.content
    return client


def exchange(client: APIClient, **headers: str) -> Any:
    """What the front door is told of who asks."""
    return client.get("/identity/exchange", headers=headers)


def new_person(password: str, **fields: Any) -> User:
    """Somebody whom no other test knows: the limits are counted in Redis."""
    name = f"person-{uuid.uuid4().hex[:12]}"
    return User.objects.create_user(name, f"{name}@example.com", password, **fields)
