"""POST /api/accounts/token, again and again"""

import uuid

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import User
from hdms_django import cache

URL = "/api/accounts/token"


def guess(client: APIClient, name: str, times: int = 1) -> int:
    """The status of the last of some sign-ins with a wrong password."""
    for _ in range(times):
        response = client.post(URL, {"username": name, "password": "guess"})
    return response.status_code


def test_who_guesses_a_password_is_slowed_down_others_are_not(db: None, client: APIClient) -> None:
    name = f"guessed-{uuid.uuid4()}"

    assert guess(client, name, times=10) == 401
    assert guess(client, name) == 429
    assert guess(client, name.upper()) == 429
    assert guess(client, f"  {name}\t") == 429
    assert guess(client, f"other-{uuid.uuid4()}") == 401


def test_who_has_signed_in_before_is_not_locked_out_by_a_strangers_guesses(
    db: None, password: str, client: APIClient
) -> None:
    name, other = f"owner-{uuid.uuid4()}", f"other-{uuid.uuid4()}"
    User.objects.create_user(name, f"{name}@example.com", password)
    right = {"username": name, "password": password}
    assert client.post(URL, right).status_code == 200
    stranger = APIClient()

    assert guess(stranger, name, times=12) == 429

    assert client.post(URL, right).status_code == 200
    assert guess(client, other, times=11) == 429  # the cookie is for one name
    assert guess(client, name, times=11) == 429  # and gives no more attempts than others have


def test_a_forged_device_is_a_stranger(db: None) -> None:
    name = f"guessed-{uuid.uuid4()}"
    strangers = [APIClient() for _ in range(11)]
    for number, stranger in enumerate(strangers):
        stranger.cookies["device"] = f"forged-{number}"

    assert [guess(stranger, name) for stranger in strangers] == [401] * 10 + [429]


@pytest.mark.parametrize("nonsense", [[], "text", {"username": ["a"]}])
def test_nonsense_is_a_bad_request(db: None, client: APIClient, nonsense: object) -> None:
    assert client.post(URL, nonsense).status_code == 400


def test_half_a_character_is_a_bad_request(db: None, client: APIClient) -> None:
    body = '{"username": "\\ud800", "password": "x"}'

    response = client.post(URL, body, content_type="application/json")

    assert response.status_code == 400


def test_without_redis_everybody_can_sign_in(
    bob: User, password: str, client: APIClient, settings: Settings
) -> None:
    location = "redis://127.0.0.1:9/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}

    response = client.post(URL, {"username": "bob", "password": password})

    cache.absence.over()
    assert response.status_code == 200
