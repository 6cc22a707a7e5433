"""POST /api/accounts/users with a name that somebody has already, in one spelling or another"""

import importlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from rest_framework.test import APIClient
from signing_in import sign_in, stranger

from apps.accounts.models import User

URL = "/api/accounts/users"
PASSWORD = "quite-a-long-phrase-7"
KELVIN = "\N{KELVIN SIGN}"
DOTTED_I = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"
FULL_WIDTH_4711 = "\uff14\uff17\uff11\uff11"
LIGATURE = "\N{LATIN SMALL LIGATURE FFI}"  # three letters after NFKC


def register(client: APIClient, username: str, email: str) -> tuple[int, set[str]]:
    answer = client.post(URL, {"username": username, "email": email, "password": PASSWORD})
    return answer.status_code, set(answer.json().get("errors", ()))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Zoe", "zOE"),
        ("office", f"o{LIGATURE}ce"),
        ("kim", f"{KELVIN}im"),
        ("E-4711", f"e-{FULL_WIDTH_4711}"),
        ("kim", " Kim\N{NO-BREAK SPACE}"),
        ("stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE"),
        ("zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "zoe\N{COMBINING DIAERESIS}"),
    ],
)
def test_a_user_name_is_one_users_in_every_spelling(
    db: None, client: APIClient, first: str, second: str
) -> None:
    assert register(client, first, "first@example.com") == (201, set())
    assert register(client, second, "second@example.com") == (409, {"username"})

    assert sign_in(stranger(), second, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("first", "second"),
    [("kim", f"{KELVIN}im"), (f"{DOTTED_I}ris", f"{DOTTED_I.lower()}ris"), ("kim", "KIM")],
)
def test_an_email_address_is_one_users_in_every_spelling(
    db: None, client: APIClient, first: str, second: str
) -> None:
    status, _ = register(client, "first", f"{first}@example.com")
    assert status == 201

    status, errors = register(client, "second", f"{second}@example.com")
    assert (status in (400, 409), errors) == (True, {"email"})


def test_a_name_is_as_long_as_what_is_kept_of_it(db: None, client: APIClient) -> None:
    assert register(client, LIGATURE * 50, "a@example.com") == (201, set())
    assert register(client, LIGATURE * 51, "b@example.com") == (400, {"username"})


def test_of_many_registrations_of_one_address_at_once_one_succeeds(
    committed: None,
) -> None:
    email = f"{uuid.uuid4()}@example.com"

    def attempt(number: int) -> tuple[int, set[str]]:
        try:
            return register(APIClient(), f"racer-{number}", email)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(24)), key=str)

    assert answers == [(201, set())] + [(409, {"email"})] * 23


def apps_of_before() -> Any:
    """The models as they were after the migration that is tried."""
    of = ("accounts", "0002_names_that_are_the_same")
    return MigrationLoader(connection).project_state(of).apps


def test_users_that_are_the_same_already_are_named_and_nothing_is_changed(alice: User) -> None:
    migration = importlib.import_module("apps.accounts.migrations.0002_names_that_are_the_same")
    other = User.objects.create_user("bob", "bob@example.com")
    User.objects.filter(pk=other.pk).update(employee_code="ALICE", employee_code_key=None)

    with pytest.raises(CommandError, match=f"'ALICE' .id {other.pk}.") as error:
        migration.give_keys(apps_of_before(), None)
    assert f"'alice' (id {alice.pk})" in str(error.value)


def test_users_of_before_get_their_keys(alice: User) -> None:
    migration = importlib.import_module("apps.accounts.migrations.0002_names_that_are_the_same")
    User.objects.update(employee_code_key=None, email_key=None)

    migration.give_keys(apps_of_before(), None)

    alice.refresh_from_db()
    assert (alice.employee_code_key, alice.email_key) == ("alice", "alice@example.com")


def test_who_was_registered_by_the_version_before_signs_in(alice: User, password: str) -> None:
    User.objects.update(employee_code_key=None, email_key=None)

    assert sign_in(stranger(), "alice", password).status_code == 200
