"""A forgotten password"""

import re

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient
from signing_in import AUTH, exchange, new_person, sign_in, stranger

from apps.accounts.models import User

REQUEST, RESET = f"{AUTH}/auth/password/request", f"{AUTH}/auth/password/reset"
NEW = "quite-another-phrase-8"


def asked(client: APIClient, email: str) -> tuple[int, bytes]:
    answer = client.post(REQUEST, {"email": email})
    return answer.status_code, answer.content


def test_the_link_in_the_letter_gives_a_new_password_once(ann: User, browser: APIClient) -> None:
    client = stranger()
    assert asked(client, ann.email)[0] == 200
    (letter,) = mail.outbox
    found = re.search(r"http://testserver/reset/(\S+)", str(letter.body))
    assert found and letter.to == [ann.email]

    form = {"key": found[1], "password": NEW}
    assert client.post(RESET, form).status_code in (200, 401)  # 401: now sign in
    assert client.post(RESET, form).status_code == 400

    assert exchange(browser).status_code == 401  # sessions of before are over
    assert sign_in(stranger(), ann.employee_code, NEW).status_code == 200


def test_nobody_learns_whether_somebody_exists(ann: User, password: str) -> None:
    left = new_person(password, is_active=False)
    answers = {asked(stranger(), email) for email in (ann.email, "x@example.com", left.email)}

    assert len(answers) == 1
    assert [letter.to for letter in mail.outbox] == [[ann.email]]


def test_nor_where_no_letter_can_be_sent(ann: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    assert asked(stranger(), ann.email) == asked(stranger(), "x@example.com")


@pytest.mark.parametrize("key", ["", "x", "1-x", "é-é", "x" * 5000])
def test_a_link_that_is_none_is_refused(db: None, key: str) -> None:
    assert stranger().post(RESET, {"key": key, "password": NEW}).status_code == 400


def test_one_address_may_not_ask_on_and_on(db: None) -> None:
    client = stranger()
    answers = [asked(client, f"{number}@example.com")[0] for number in range(11)]

    assert answers == [200] * 10 + [429]
