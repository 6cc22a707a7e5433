"""GET /identity/exchange, which the front door asks, and the keys that it publishes"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import exchange

from apps.accounts.models import User
from apps.identity import keys
from apps.identity.issuing import issue
from apps.identity.models import SigningKey
from hdms_django.identity import ALGORITHM, LIFETIME_SECONDS, identify

CLAIMS = {"iss", "sub", "iat", "exp", "name"}


def published(client: APIClient) -> KeySet:
    return KeySet.import_key_set(client.get("/identity/keys").json())


def test_a_token_is_signed_with_a_published_key_and_says_no_more_than_it_must(
    ann: User, browser: APIClient
) -> None:
    token = jwt.decode(exchange(browser)["X-Identity"], published(browser), [ALGORITHM])

    assert set(token.claims) == CLAIMS
    assert token.claims["exp"] - token.claims["iat"] == LIFETIME_SECONDS
    assert token.header == {"alg": ALGORITHM, "kid": token.header["kid"], "typ": "JWT"}


def test_nothing_private_is_published(browser: APIClient) -> None:
    exchange(browser)
    (key,) = browser.get("/identity/keys").json()["keys"]

    assert key.keys() == {"kty", "crv", "x", "kid"}


def test_the_front_door_keeps_an_answer_for_less_than_a_token_lives(browser: APIClient) -> None:
    said = dict(part.strip().split("=") for part in exchange(browser)["Cache-Control"].split(","))

    assert int(said["max-age"]) + int(said["stale-if-error"]) < LIFETIME_SECONDS
    assert "Cache-Control" not in exchange(APIClient())  # whoever signs in now is in at once


def test_a_signed_token_is_exchanged_for_nothing(ann: User, browser: APIClient) -> None:
    assert exchange(browser, Authorization=f"Bearer {issue(ann)}").status_code == 401


def test_while_a_key_is_rotated_old_and_new_are_believed(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = issue(ann), timezone.now()
    call_command("rotate_signing_key")
    keys.forget()

    assert kid_of(issue(ann)) == kid_of(before)  # everybody has time to learn the new one
    assert len(keys.published()["keys"]) == 2

    monkeypatch.setattr(timezone, "now", lambda: now + keys.OVERLAP + timedelta(seconds=5))
    keys.forget()
    after = issue(ann)
    assert kid_of(after) != kid_of(before)
    assert identify(before).id == identify(after).id == ann.pk

    later = now + keys.OVERLAP + keys.LAST_TOKENS + timedelta(seconds=10)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert [key["kid"] for key in keys.published()["keys"]] == [kid_of(after)]


def test_a_key_that_became_known_is_believed_no_longer(ann: User) -> None:
    before = issue(ann)
    call_command("rotate_signing_key", "--at-once")
    keys.forget()

    assert kid_of(issue(ann)) != kid_of(before)
    assert len(keys.published()["keys"]) == 1


def test_private_keys_are_sealed_and_a_new_secret_key_makes_a_new_one(
    ann: User, settings: Settings
) -> None:
    before = issue(ann)
    assert "PRIVATE" not in SigningKey.objects.get().sealed

    settings.SECRET_KEY = "another-" * 8
    keys.forget()

    after = issue(ann)
    assert kid_of(after) != kid_of(before)
    assert identify(before).id == identify(after).id == ann.pk


def kid_of(token: str) -> str:
    from joserfc import jws

    return str(jws.extract_compact(token.encode()).headers()["kid"])
