"""Signing in, again and again"""

import threading
import uuid

from rest_framework.test import APIClient
from signing_in import new_person, sign_in, stranger

from apps.accounts.models import User
from apps.sign_in import limits


def guess(client: APIClient, name: str, times: int = 1) -> int:
    """The status of the last of some sign-ins with a wrong password."""
    for _ in range(times):
        answer = sign_in(client, name, "guess")
    return int(answer.status_code)


def test_who_guesses_a_password_is_slowed_down_others_are_not(db: None) -> None:
    name, guesser = f"guessed-{uuid.uuid4()}", stranger()

    assert guess(guesser, name, times=10) == 400
    assert guess(guesser, name) == 429
    assert guess(guesser, name.upper()) == 429
    assert guess(guesser, f"  {name}\t") == 429
    assert guess(guesser, f"other-{uuid.uuid4()}") == 400


def test_one_password_tried_on_many_names_from_one_address_is_limited(db: None) -> None:
    guesser = stranger()
    answers = [guess(guesser, f"name-{uuid.uuid4()}") for _ in range(60)]

    assert answers == [400] * 40 + [429] * 20
    assert guess(stranger(), f"name-{uuid.uuid4()}") == 400


def test_a_client_may_not_claim_another_address(db: None) -> None:
    name, address = f"guessed-{uuid.uuid4()}", "2001:db8:ffff:1::1"
    claims = [f"{number}.1.1.1, {address}" for number in range(11)]

    answers = [
        sign_in(APIClient(), name, "guess", headers={"X-Forwarded-For": said}).status_code
        for said in claims
    ]

    assert answers == [400] * 10 + [429]


def test_who_has_signed_in_before_is_not_locked_out_by_a_strangers_guesses(
    ann: User, password: str, browser: APIClient
) -> None:
    browser.delete("/api/accounts/auth/browser/v1/auth/session")
    thief = stranger()
    thief.defaults |= browser.defaults  # from the same address

    assert guess(thief, ann.employee_code, times=12) == 429
    assert guess(thief, f"other-{uuid.uuid4()}", times=40) == 429  # the address is used up

    assert sign_in(browser, ann.employee_code, password).status_code == 200


def test_a_known_device_has_no_more_attempts_than_others(ann: User, browser: APIClient) -> None:
    browser.delete("/api/accounts/auth/browser/v1/auth/session")

    assert guess(browser, ann.employee_code, times=11) == 429
    assert guess(browser, ann.email) == 429  # whatever it calls itself


def test_the_cookie_of_a_device_is_for_its_owner(ann: User, browser: APIClient) -> None:
    browser.delete("/api/accounts/auth/browser/v1/auth/session")
    other = f"other-{uuid.uuid4()}"

    assert guess(browser, other, times=10) == 400
    assert guess(browser, other) == 429


def test_a_forged_device_is_a_stranger(db: None) -> None:
    name, first = f"guessed-{uuid.uuid4()}", stranger()
    guessers = [APIClient(**first.defaults) for _ in range(11)]
    for number, guesser in enumerate(guessers):
        guesser.cookies["device"] = f"forged-{number}"

    assert [guess(guesser, name) for guesser in guessers] == [400] * 10 + [429]


def test_right_passwords_are_counted_too(db: None, password: str) -> None:
    person, address = new_person(password), stranger().defaults

    answers = [
        sign_in(APIClient(**address), person.employee_code, password).status_code for _ in range(11)
    ]

    assert answers == [200] * 10 + [429]


def test_where_many_sign_in_at_the_same_moment_few_wait_and_the_rest_is_told(
    ann: User, password: str
) -> None:
    """Each takes memory and a core, and whoever waits holds a thread."""
    inside, go_on = threading.Semaphore(0), threading.Event()

    def held() -> None:
        with limits.turn():
            inside.release()
            go_on.wait(60)

    threads = [threading.Thread(target=held) for _ in range(limits.AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.acquire(timeout=60)
    while limits._places.acquire(blocking=False):  # until the second waits for the first
        limits._places.release()
    try:
        assert sign_in(stranger(), ann.employee_code, password).status_code == 429
    finally:
        go_on.set()
        for thread in threads:
            thread.join()

    assert sign_in(stranger(), ann.employee_code, password).status_code == 200
