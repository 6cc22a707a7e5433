"""GET and DELETE /api/accounts/auth/browser/v1/auth/sessions, and what ends a session"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import AUTH, browser_of, exchange, new_person, sign_in, stranger

from apps.accounts.models import User
from hdms_django import front_door

URL = f"{AUTH}/auth/sessions"


def test_one_sees_ones_sessions_and_nobody_elses(
    ann: User, browser: APIClient, password: str
) -> None:
    browser_of(new_person(password), password)
    browser_of(ann, password)

    sessions = browser.get(URL).json()["data"]

    assert sorted(session["is_current"] for session in sessions) == [False, True]


def test_a_session_that_is_ended_elsewhere_gets_401_at_once(
    ann: User, browser: APIClient, password: str
) -> None:
    lost = browser_of(ann, password)
    (other,) = (s["id"] for s in browser.get(URL).json()["data"] if not s["is_current"])

    browser.delete(URL, {"sessions": [other]})

    assert exchange(lost).status_code == 401
    assert exchange(browser).status_code == 204


def test_nobody_ends_another_persons_session(browser: APIClient, password: str) -> None:
    other = browser_of(new_person(password), password)
    (theirs,) = (session["id"] for session in other.get(URL).json()["data"])

    assert browser.delete(URL, {"sessions": [theirs]}).status_code == 400
    assert exchange(other).status_code == 204


def test_who_signs_out_is_out(browser: APIClient) -> None:
    cookie = browser.cookies["hdms_session"].value
    browser.delete(f"{AUTH}/auth/session")
    thief = APIClient()
    thief.cookies["hdms_session"] = cookie

    assert exchange(thief).status_code == 401
    assert not Session.objects.filter(session_key=cookie).exists()


def test_the_front_door_is_told_once_it_is_certain(
    browser: APIClient,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    told: list[object] = []
    monkeypatch.setattr(front_door, "ask", lambda *request: told.append(request))
    cookie = browser.cookies["hdms_session"].value

    with django_capture_on_commit_callbacks(execute=True):
        browser.delete(f"{AUTH}/auth/session")
        assert told == []

    assert told == [("/identity/anew", {"Cookie": f"hdms_session={cookie}"})]


def test_who_signs_out_is_out_also_where_the_front_door_is_away(
    browser: APIClient,
    settings: Settings,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    settings.FRONT_DOOR_URL = "http://127.0.0.1:9"

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.delete(f"{AUTH}/auth/session")

    assert answer.status_code == 401  # which is how it says that nobody is signed in now


def test_a_changed_password_ends_all_other_sessions(
    ann: User, browser: APIClient, password: str
) -> None:
    other, new = browser_of(ann, password), "quite-another-phrase-8"

    form = {"current_password": password, "new_password": new}
    assert browser.post(f"{AUTH}/account/password/change", form).status_code == 200

    assert exchange(other).status_code == 401
    assert exchange(browser).status_code == 204
    assert sign_in(stranger(), ann.employee_code, new).status_code == 200


def test_who_is_deactivated_is_out_at_once(ann: User, browser: APIClient) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)

    assert exchange(browser).status_code == 401


def test_who_is_deleted_is_out_at_once(ann: User, browser: APIClient) -> None:
    ann.delete()

    assert exchange(browser).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "x" * 32, "x" * 8000, "é", signing.dumps({"a": 1})])
def test_a_cookie_that_is_none_of_ours_is_a_401(db: None, cookie: str) -> None:
    client = APIClient()
    client.cookies["hdms_session"] = cookie

    answer = exchange(client)

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_a_session_of_yesterday_is_a_401(ann: User, browser: APIClient) -> None:
    from django.utils import timezone

    Session.objects.filter(session_key=browser.cookies["hdms_session"].value).update(
        expire_date=timezone.now()
    )

    assert exchange(browser).status_code == 401
