import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import browser_of, new_person

from apps.accounts.models import User
from apps.identity import keys
from hdms_django import identity
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
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.com", PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "bob@example.com", PASSWORD, role=Role.AGENT)


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
