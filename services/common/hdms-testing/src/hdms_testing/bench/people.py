"""People who exist for a measurement, in the service that knows people."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

MARK = "bench-"


@contextmanager
def registered(count: int, password: str | None = None) -> Iterator[list[Any]]:
    """Register people (AUTH_USER_MODEL), and delete them; without a password none signs in."""
    mark = f"{MARK}{secrets.token_hex(6)}"
    model = get_user_model()
    users, hashed = model._default_manager, make_password(password)
    names = [f"{mark}-{number}" for number in range(count)]
    made = users.bulk_create(
        model(**{model.USERNAME_FIELD: name}, email=f"{name}@example.com", password=hashed)
        for name in names
    )
    try:
        yield made
    finally:
        users.filter(pk__in=[user.pk for user in made]).delete()
