"""The pytest plugin of the services: their tests run against real servers.

A test that uses the database works in the configured one, since PgBouncer cannot create another.
It therefore runs only on a disposable stack, never on a developer's data.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from hdms_testing import identity
from hdms_testing.cast import ClientOf, Person
from hdms_testing.directory import know
from hdms_testing.processes import web_server_running

# `nox -s nightly` asks for its own: --hypothesis-profile=nightly
hypothesis.register_profile("nightly", max_examples=50)
hypothesis.register_profile("gate", max_examples=4)
hypothesis.load_profile("gate")

DISPOSABLE = "HDMS_DISPOSABLE_STACK"


@pytest.fixture(scope="session")
def disposable_stack() -> None:
    """Refuse unless the stack was made for the tests."""
    if os.environ.get(DISPOSABLE) != "1":
        pytest.fail(
            f"this test writes to the configured database and Redis; {DISPOSABLE}=1 says that "
            "they may be thrown away (`nox -s tests` makes such a stack)",
            pytrace=False,
        )


@pytest.fixture(scope="session", autouse=True)
def believed_tokens() -> Iterator[None]:
    """What the cast's tokens are signed with is believed, here and in processes of the tests."""
    with identity.published():
        yield


@pytest.fixture(scope="session")
def django_db_setup(disposable_stack: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's fixture: the configured database itself, migrated."""
    with django_db_blocker.unblock():
        _require_migrations()
        call_command("migrate", interactive=False, verbosity=0)
        _keep_events()
    yield
    with django_db_blocker.unblock():
        _close_connections()


def _require_migrations() -> None:
    """Every change of a model has its migration, the service's own and of what it installs."""
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        pytest.fail(
            f"a model has changed without a migration: inv services.manage {settings.SERVICE} "
            "makemigrations",
            pytrace=False,
        )


def _keep_events() -> None:
    """After a `transactional_db` Django empties all tables: not this one, the database refuses."""
    from hdms_django.events.models import Event  # the apps are loaded by now

    introspection = connections["default"].introspection
    of_django = introspection.django_table_names

    def emptied(*args: Any, **options: Any) -> list[str]:
        return [name for name in of_django(*args, **options) if name != Event._meta.db_table]

    introspection.django_table_names = emptied  # type: ignore[method-assign]


@pytest.fixture
def own_connections(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Lets a check use the service's connections as they are, on any stack."""
    with django_db_blocker.unblock():
        yield
        _close_connections()


def _close_connections() -> None:
    connection: Any  # PostgreSQL's, which has a pool
    for connection in connections.all():
        connection.close()
        connection.close_pool()


@pytest.fixture(scope="session")
def web_server(django_db_setup: None) -> Iterator[str]:
    """The service's own web server on the stack that the tests use, "host:port"."""
    with web_server_running() as address:
        yield address


@pytest.fixture
def client() -> APIClient:
    """pytest-django's fixture: a client that is not signed in, and speaks JSON."""
    return APIClient()


@pytest.fixture
def client_of() -> ClientOf:
    """Makes an API client that is signed in as a member of the cast; the directory knows them."""

    def signed_in(person: Person) -> APIClient:
        know(person.id, name=person.username, role=person.role)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
        return client

    return signed_in
