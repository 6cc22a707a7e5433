"""POST /api/accounts/auth/browser/v1/auth/login, and the session that it begins"""

from string import ascii_letters

import pytest
from django.contrib.auth.hashers import identify_hasher
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import AUTH, exchange, new_person, sign_in, stranger

from apps.accounts.models import User
from hdms_django import cache
from hdms_django.identity import identify
from hdms_testing.processes import manage

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - that is the point


@pytest.mark.parametrize(
    "spelling", [str.upper, "  {}\t".format, lambda n: n.translate(FULL_WIDTH)]
)
def test_a_code_signs_in_in_every_spelling(ann: User, password: str, spelling: object) -> None:
    assert sign_in(stranger(), spelling(ann.employee_code), password).status_code == 200  # type: ignore[operator]


@pytest.mark.parametrize("field", ["username", "email"])
def test_an_email_address_signs_in_too(ann: User, password: str, field: str) -> None:
    form = {field: ann.email.upper(), "password": password}

    assert stranger().post(f"{AUTH}/auth/login", form).status_code == 200


def test_the_session_says_who_one_is(ann: User, browser: APIClient) -> None:
    answer = exchange(browser)

    who = identify(answer["X-Identity"])
    assert (answer.status_code, who.id, who.name) == (204, ann.pk, ann.employee_code)
    assert who.reads_only is False


def test_the_cookie_is_for_no_script_and_no_other_site(browser: APIClient) -> None:
    cookie = browser.cookies["hdms_session"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert len(cookie.value) == 32  # opaque: nothing is in it


def test_a_form_of_another_site_signs_nobody_in(ann: User, password: str) -> None:
    strict = APIClient(enforce_csrf_checks=True)

    assert sign_in(strict, ann.employee_code, password).status_code == 403


def test_unknown_wrong_and_left_are_answered_alike(ann: User, password: str) -> None:
    left = new_person(password, is_active=False)
    answers = [
        sign_in(stranger(), name, tried)
        for name, tried in [
            (ann.employee_code, "guess"),
            ("nobody-at-all", "guess"),
            (left.employee_code, password),
            (left.email, password),
        ]
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("of", ["known", "unknown", "left"])
def test_each_answer_costs_one_hash(
    ann: User, password: str, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"known": ann.employee_code, "unknown": "nobody", "left": ""}[of]
    name = name or new_person(password, is_active=False).employee_code
    hasher, hashed = type(identify_hasher(ann.password)), []
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *a, **o: hashed.append(1) or encode(*a, **o))

    sign_in(stranger(), name, "guess")

    assert len(hashed) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        [],
        "text",
        {},
        {"username": ["a"], "password": "x"},
        {"username": "a\0b", "password": "x"},
        {"username": "a", "password": None},
        {"username": "a", "email": "a@b.cd", "password": "x"},
        {"username": "x" * 5000, "password": "x" * 5000},
    ],
)
def test_nonsense_is_a_bad_request(db: None, nonsense: object) -> None:
    assert stranger().post(f"{AUTH}/auth/login", nonsense).status_code == 400


def test_half_a_character_is_a_bad_request(db: None) -> None:
    body = '{"username": "\\ud800", "password": "x"}'

    answer = stranger().post(f"{AUTH}/auth/login", body, content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "auth/signup"), ("post", "account/email"), ("delete", "account/email")],
)
def test_who_somebody_is_cannot_be_changed_here(browser: APIClient, method: str, path: str) -> None:
    form = {"username": "x", "email": "other@example.com", "password": "quite-a-long-phrase-7"}

    assert getattr(browser, method)(f"{AUTH}/{path}", form).status_code in (404, 409)
    assert not User.objects.filter(email="other@example.com").exists()


def test_without_redis_everybody_can_sign_in(ann: User, password: str, settings: Settings) -> None:
    location = "redis://127.0.0.1:9/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}

    answer = sign_in(stranger(), ann.employee_code, password)

    cache.absence.over()
    assert answer.status_code == 200


def test_passwords_are_kept_with_argon2() -> None:
    from core.settings import sign_in as settings_of

    assert settings_of.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_in_production_the_cookies_go_by_tls_alone() -> None:
    said = manage(
        *("shell", "--no-imports", "-c"),
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)",
        DJANGO_SETTINGS_MODULE="core.settings.prod",
        ALLOWED_HOSTS="hdms.test",
        SECRET_KEY=ascii_letters,
    )

    assert said.stdout.split() == ["True", "True"], said.stderr
