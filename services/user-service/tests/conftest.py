from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import browser_of, new_person

from apps.accounts.models import User
from apps.identity import keys
from apps.identity.issuing import issue
from apps.imports.models import Import
from apps.people.models import Department
from apps.people.services.departments import make
from hdms_django import identity
from hdms_django.idempotency.models import Answer
from hdms_django.identity import Role

pytest_plugins = ["hdms_testing.plugin"]

PASSWORD = "a-long-trial-pass-9"


@pytest.fixture(autouse=True)
def fast_password_hasher(settings: Settings) -> None:
    """Production's is slow on purpose: a tenth of a second for each user and each sign-in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def keys_of_this_test() -> None:
    """What another test signed with was rolled back with it."""
    keys.forget()
    identity._keys.cache_clear()


@pytest.fixture
def committed(own_connections: None) -> Iterator[None]:
    """A test whose changes are committed, as several at once need; nobody is left behind."""
    _delete_everybody()
    yield
    _delete_everybody()


def _delete_everybody() -> None:
    """All but the events, which are for ever: hence not pytest-django's `transactional_db`."""
    Department.objects.update(parent=None, head=None)
    for model in (Import, Department, User, Answer):
        model._default_manager.all().delete()


@pytest.fixture
def admin(db: None) -> User:
    """Manages people and departments."""
    return User.objects.create_user("ada", "ada@example.com", PASSWORD, role=Role.ADMIN)


@pytest.fixture
def finance(admin: User) -> Department:
    return make({"code": "FIN", "name": "Finance"}, by=admin.pk)


SignedIn = Callable[[User], APIClient]


@pytest.fixture
def signed_in() -> SignedIn:
    """Makes a client that is signed in as somebody."""

    def client_of(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(user)}")
        return client

    return client_of


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.com", PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "bob@example.com", PASSWORD, role=Role.MODERATOR)


@pytest.fixture
def mallory(db: None) -> User:
    """Has left: must not get in."""
    return User.objects.create_user("mallory", "mallory@example.com", PASSWORD, is_active=False)


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def ann(db: None, password: str) -> User:
    """Of this test alone: how often somebody signs in is counted in Redis."""
    return new_person(password)


@pytest.fixture
def browser(ann: User, password: str) -> APIClient:
    """Where Ann has signed in."""
    return browser_of(ann, password)
