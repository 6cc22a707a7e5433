"""What a service believes of who asks: tokens of user-service that are valid now, no others."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from joserfc import jwt
from joserfc.jwk import OKPKey
from pytest_django import Settings
from rest_framework.views import APIView

from hdms_django import identity, published_keys
from hdms_django.authentication import SignedIdentity
from hdms_django.identity import ALGORITHM, ISSUER, Identity, NotAuthentic, identify
from hdms_django.published_keys import NoKeys, PublishedKeys
from hdms_django.settings import FETCHED_KEYS
from hdms_testing import identity as ours


@pytest.fixture(autouse=True)
def fetched_keys(settings: Settings) -> Iterator[None]:
    """As in every service but user-service, whose settings these are."""
    settings.IDENTITY_KEYS = FETCHED_KEYS
    identity._keys.cache_clear()
    yield
    identity._keys.cache_clear()


class Anybody(SignedIdentity):
    def user(self, identity: Identity) -> Identity:
        return identity


class WhoView(APIView):
    authentication_classes = (Anybody,)
    throttle_classes = ()


def status_of(token: str) -> int:
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    return WhoView.as_view()(request).status_code


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": ISSUER, "sub": "7", "iat": now, "exp": now + 60, "name": "x"}
    return {name: value for name, value in {**told, **changed}.items() if value is not None}


def signed(changed: dict[str, Any], **header: Any) -> str:
    told = {"alg": ALGORITHM, "kid": ours.key().kid, **header}
    return jwt.encode(told, claims(**changed), ours.key(), algorithms=[ALGORITHM])


def unsigned() -> str:
    return f"{part({'alg': 'none', 'kid': ours.key().kid})}.{part(claims())}."


def signed_with_the_public_key() -> str:
    said = f"{part({'alg': 'HS256', 'kid': ours.key().kid})}.{part(claims())}"
    public = ours.key().as_pem(private=False)  # joserfc itself would not sign with it
    signature = hmac.digest(public, said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def signed_by_somebody_else() -> str:
    header = {"alg": ALGORITHM, "kid": ours.key().kid}
    return jwt.encode(header, claims(), OKPKey.generate_key("Ed25519"), algorithms=[ALGORITHM])


def changed_afterwards() -> str:
    header, _, signature = signed({}).split(".")
    return f"{header}.{part(claims(sub='1'))}.{signature}"


BAD: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "nonsense": lambda: "nonsense",
    "dots": lambda: "...",
    "letters": lambda: "é.ü.ß",
    "alg none": unsigned,
    "HS256 with the public key": signed_with_the_public_key,
    "somebody else's key": signed_by_somebody_else,
    "changed": changed_afterwards,
    "another kid": lambda: signed({}, kid="another"),
    "a kid that is no text": lambda: f"{part({'alg': ALGORITHM, 'kid': {}})}.{part({})}.x",
    "expired by a second": lambda: signed({"exp": int(time.time()) - 1}),
    "expires never": lambda: signed({"exp": None}),
    "expires at no number": lambda: signed({"exp": "tomorrow"}),
    "from the future": lambda: signed({"iat": int(time.time()) + 60}),
    "another installation's": lambda: signed({"iss": "somebody"}),
    "of nobody": lambda: signed({"sub": None}),
    "of a number": lambda: signed({"sub": 7}),
    "of more than a bigint": lambda: signed({"sub": str(2**63)}),
    "of -1": lambda: signed({"sub": "-1"}),
    "of a word": lambda: signed({"sub": "admin"}),
    "100 kB": lambda: signed({"name": "x" * 100_000}),
    "100 kB of nonsense": lambda: "x" * 100_000,
    "deeply nested": lambda: f"{base64.urlsafe_b64encode(b'[' * 1000).decode()}.e30.x",
}


@pytest.mark.parametrize("made", BAD.values(), ids=list(BAD))
def test_what_is_no_valid_token_is_a_401_and_never_a_500(made: Callable[[], str]) -> None:
    assert status_of(made()) == 401


def test_a_valid_token_says_who_it_is() -> None:
    who = identify(ours.token(7, "alice"))

    assert (who.id, who.name, who.reads_only) == (7, "alice", False)


class Publisher:
    """Whoever is asked for keys, and counts how often."""

    def __init__(self) -> None:
        self.keys: list[OKPKey] = [ours.key()]
        self.away = False
        self.asked = 0

    def __call__(self) -> published_keys.KeySet:
        self.asked += 1
        if self.away:
            raise ConnectionRefusedError
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, which the test moves on."""
    now = [1000.0]
    monkeypatch.setattr(published_keys.time, "monotonic", lambda: now[0])
    return now


def test_keys_that_are_known_serve_on_while_user_service_is_away(
    publisher: Publisher, clock: list[float]
) -> None:
    keys, known = PublishedKeys(publisher), str(ours.key().kid)
    keys.get(known)
    publisher.away = True
    clock[0] += 3600

    assert keys.get(known) is not None


def test_without_keys_nobody_is_refused_for_good(publisher: Publisher) -> None:
    publisher.away = True

    with pytest.raises(NoKeys):
        PublishedKeys(publisher).get("any")


def test_a_new_key_is_found_at_once_and_a_withdrawn_one_forgotten_soon(
    publisher: Publisher, clock: list[float]
) -> None:
    keys, old = PublishedKeys(publisher), str(ours.key().kid)
    assert keys.get(old) is not None
    new = OKPKey.generate_key("Ed25519", {"kid": "new"})
    publisher.keys = [new]
    clock[0] += 1

    assert keys.get("new") is not None
    assert keys.get(old) is None


def test_whoever_invents_key_ids_makes_nobody_ask_more_often(
    publisher: Publisher, clock: list[float]
) -> None:
    keys = PublishedKeys(publisher)

    assert [keys.get(f"invented-{number}") for number in range(100)] == [None] * 100
    assert publisher.asked == 1


def test_what_is_no_key_set_leaves_the_keys_that_are_known(
    publisher: Publisher, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, known = PublishedKeys(publisher), str(ours.key().kid)
    keys.get(known)
    for nonsense in ({}, {"keys": [{"kty": "x"}]}, {"keys": 1}, {"keys": [1]}):
        monkeypatch.setattr(keys, "_fetch", lambda nonsense=nonsense: nonsense)
        clock[0] += 3600

        assert keys.get(known) is not None


def test_not_authentic_says_nothing_of_the_token() -> None:
    with pytest.raises(NotAuthentic) as raised:
        identify("a-secret-that-was-mistaken-for-a-token")

    assert "a-secret" not in str(raised.value)
