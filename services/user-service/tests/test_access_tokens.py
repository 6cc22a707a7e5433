"""/api/accounts/access-tokens/: what a program signs in with"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from signing_in import browser_of, exchange, new_person

from apps.accounts.models import User
from apps.identity.issuing import issue
from apps.identity.models import AccessToken
from hdms_django.identity import identify

URL = "/api/accounts/access-tokens/"


def wanted(**changed: Any) -> dict[str, Any]:
    expires = timezone.now() + timedelta(days=30)
    return {"name": "backup", "scope": "write", "expires_at": expires.isoformat(), **changed}


def made(browser: APIClient, **changed: Any) -> dict[str, Any]:
    answer = browser.post(URL, wanted(**changed))
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def exchanged(token: str) -> Any:
    return exchange(APIClient(), Authorization=f"Bearer {token}")


def test_a_token_says_who_made_it(ann: User, browser: APIClient) -> None:
    who = identify(exchanged(made(browser)["token"])["X-Identity"])

    assert (who.id, who.reads_only) == (ann.pk, False)


def test_a_token_of_scope_read_only_reads(browser: APIClient) -> None:
    token = made(browser, scope="read")["token"]

    assert identify(exchanged(token)["X-Identity"]).reads_only is True


def test_the_token_is_shown_once_and_kept_nowhere(browser: APIClient) -> None:
    token = made(browser)["token"]
    (listed,) = browser.get(URL).json()["results"]

    assert "token" not in listed
    assert token.startswith(listed["prefix"])
    assert listed["name"] == "backup"
    assert token not in str(AccessToken.objects.values())


def test_its_last_use_is_noted(browser: APIClient) -> None:
    token = made(browser)["token"]
    assert browser.get(URL).json()["results"][0]["last_used_at"] is None

    exchanged(token)

    assert browser.get(URL).json()["results"][0]["last_used_at"] is not None


def test_one_that_is_deleted_expired_or_of_who_has_left_is_a_401(
    ann: User, browser: APIClient
) -> None:
    deleted, expired, left = (made(browser) for _ in range(3))
    assert browser.delete(f"{URL}{deleted['id']}").status_code == 204
    AccessToken.objects.filter(pk=expired["id"]).update(expires_at=timezone.now())

    assert exchanged(deleted["token"]).status_code == 401
    assert exchanged(expired["token"]).status_code == 401
    assert exchanged(left["token"]).status_code == 204
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert exchanged(left["token"]).status_code == 401


@pytest.mark.parametrize("borne", ["", "Bearer", "Bearer x", "Basic eDp4", "Bearer é", "hdms_x"])
def test_what_is_no_token_is_a_401_and_a_session_beside_it_does_not_help(
    browser: APIClient, borne: str
) -> None:
    answer = exchange(browser, Authorization=borne or "Bearer")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_nobody_sees_or_deletes_another_persons(browser: APIClient, password: str) -> None:
    theirs = made(browser_of(new_person(password), password))

    assert browser.get(URL).json()["results"] == []
    assert browser.delete(f"{URL}{theirs['id']}").status_code == 404


def test_a_token_makes_no_tokens(ann: User) -> None:
    answer = APIClient().post(URL, wanted(), headers={"Authorization": f"Bearer {issue(ann)}"})

    assert answer.status_code in (401, 403)


def test_another_sites_form_makes_none(ann: User, browser: APIClient) -> None:
    strict = APIClient(enforce_csrf_checks=True)
    strict.cookies = browser.cookies

    assert strict.post(URL, wanted()).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\0b"),
        ("scope", "admin"),
        ("expires_at", None),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "9999-01-01T00:00:00Z"),
    ],
)
def test_what_cannot_be_is_refused_by_field(browser: APIClient, field: str, value: Any) -> None:
    answer = browser.post(URL, wanted(**{field: value}))

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})
