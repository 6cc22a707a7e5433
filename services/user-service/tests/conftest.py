import pytest
from pytest_django import Settings

from apps.accounts.models import User
from hdms_django.identity import Role

pytest_plugins = ["hdms_testing.plugin"]

PASSWORD = "a-long-trial-pass-9"


@pytest.fixture(autouse=True)
def fast_password_hasher(settings: Settings) -> None:
    """Production's is slow on purpose: half a second for each user and each sign-in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
