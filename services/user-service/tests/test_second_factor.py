"""TOTP and recovery codes"""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from rest_framework.test import APIClient
from signing_in import AUTH, exchange, sign_in, stranger

from apps.accounts.models import User

TOTP = f"{AUTH}/account/authenticators/totp"
RECOVERY = f"{AUTH}/account/authenticators/recovery-codes"


def code_of(secret: str, step: int = 0) -> str:
    """The code that a phone shows, now or some steps later."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + step)))


@pytest.fixture
def secret(browser: APIClient, password: str) -> str:
    """Ann's, after she has set up a second factor, for which she is asked for her password anew."""
    assert browser.post(TOTP, {"code": "000000"}).status_code in (400, 401)
    assert browser.post(f"{AUTH}/auth/reauthenticate", {"password": password}).status_code == 200
    offered = browser.get(TOTP)
    assert offered.status_code == 404  # there is none yet: its answer has what to set one up with
    found = str(offered.json()["meta"]["secret"])
    assert browser.post(TOTP, {"code": code_of(found)}).status_code == 200
    return found


def second_step(client: APIClient, code: str) -> Any:
    return client.post(f"{AUTH}/auth/2fa/authenticate", {"code": code})


def test_with_a_second_factor_a_password_alone_lets_nobody_in(
    ann: User, secret: str, password: str
) -> None:
    client = stranger()
    answer = sign_in(client, ann.employee_code, password)

    assert answer.status_code == 401
    pending = [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]
    assert pending == ["mfa_authenticate"]
    assert exchange(client).status_code == 401


def test_the_code_lets_in_and_only_once(ann: User, secret: str, password: str) -> None:
    first, second = stranger(), stranger()
    for client in (first, second):
        sign_in(client, ann.employee_code, password)
    code = code_of(secret, step=0)

    # The code with which it was set up is used up; the next one may not be due yet.
    assert second_step(first, "000000").status_code == 400
    assert second_step(first, code).status_code in (200, 400)
    assert second_step(second, code).status_code == 400
    assert exchange(second).status_code == 401


def test_a_recovery_code_lets_in_once(
    ann: User, browser: APIClient, secret: str, password: str
) -> None:
    codes = browser.get(RECOVERY).json()["data"]["unused_codes"]
    client = stranger()
    sign_in(client, ann.employee_code, password)

    assert second_step(client, codes[0]).status_code == 200
    assert exchange(client).status_code == 204

    again = stranger()
    sign_in(again, ann.employee_code, password)
    assert second_step(again, codes[0]).status_code == 400


def test_codes_cannot_be_guessed_on_and_on(ann: User, secret: str, password: str) -> None:
    client = stranger()
    sign_in(client, ann.employee_code, password)

    answers = [second_step(client, f"{number:06}").json() for number in range(11)]

    assert "too_many_login_attempts" in str(answers[-1])
    assert "too_many_login_attempts" not in str(answers[0])
