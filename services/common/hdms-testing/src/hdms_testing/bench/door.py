"""What the front door costs: a request with its exchange, and signing in."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.test import Client
from django.utils.module_loading import import_string

from hdms_testing.bench.people import registered
from hdms_testing.bench.rounds import Row, medians, timed
from hdms_testing.bench.servers import LOOPBACK

ME = "/api/accounts/me"
AUTH = "/api/accounts/auth/browser/v1"
ISSUER = "IDENTITY_ISSUER"  # the setting that one service has
REPEATS = 2
SIGN_INS = 4  # the front door lets through five a second from one address
PEOPLE = 10  # so many that none of them comes near a limit
SECONDS = 10.0

EXCHANGE = (
    "a GET at the front door with a session's cookie; bare: the same at the service itself, with "
    "the signed token. Ours asks who that is, at most once a second for each session"
)
SIGN_IN = (
    "signing in at the front door; bare: Argon2 alone, which takes its time on purpose. Ours "
    "counts attempts, and makes the session, its event and a fresh CSRF token"
)


def rows(rounds: int) -> list[Row]:
    """Compare, in the service that knows people. Leaves nobody."""
    password = secrets.token_urlsafe(24)
    with registered(PEOPLE, password) as people, _front_door() as door, _itself() as itself:
        return [_exchange(people, door, itself, rounds), _sign_in(people, password, door)]


def _exchange(people: list[Any], door: HTTPConnection, itself: HTTPConnection, rounds: int) -> Row:
    browsers, issue = [Client() for _ in people], import_string(getattr(settings, ISSUER))
    for browser, person in zip(browsers, people, strict=True):
        browser.force_login(person)
    cookies = cycle([{"Cookie": _session(browser)} for browser in browsers])
    tokens = cycle([{"Authorization": f"Bearer {issue(person)}"} for person in people])
    operations = {
        "ours": lambda: _ask(door, "GET", ME, next(cookies)),
        "bare": lambda: _ask(itself, "GET", ME, next(tokens)),
    }
    try:
        found = medians(operations, rounds, REPEATS)
    finally:
        for browser in browsers:
            browser.logout()
    return timed("door, exchanged request", found["ours"], found["bare"], EXCHANGE)


def _session(browser: Client) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


def _sign_in(people: list[Any], password: str, door: HTTPConnection) -> Row:
    token = _ask(door, "GET", f"{AUTH}/config", {})["csrftoken"]
    headers = {"Content-Type": "application/json", "X-CSRFToken": token}
    headers["Cookie"] = f"csrftoken={token}"
    each = cycle(people)

    def sign_in() -> None:
        body = f'{{"username": "{next(each).get_username()}", "password": "{password}"}}'
        _ask(door, "POST", f"{AUTH}/auth/login", headers, body)

    operations: Mapping[str, Callable[[], object]] = {
        "ours": sign_in,
        "bare": partial(people[0].check_password, password),
    }
    found = medians(operations, SIGN_INS, 1, warm_up=1)
    return timed("door, signing in", found["ours"], found["bare"], SIGN_IN)


def _ask(
    server: HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: str = ""
) -> dict[str, str]:
    """Ask, and return the cookies that come; CommandError unless the answer is a 200."""
    server.request(method, path, body or None, {**headers, "Host": "localhost"})
    answer = server.getresponse()
    said = answer.read()
    if answer.status != 200:
        text = said.decode(errors="replace")[:200]
        raise CommandError(f"{method} {path} at the front door: {answer.status} {text}")
    cookies = (line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie", []))
    return dict(cookie.split("=", 1) for cookie in cookies)


@contextmanager
def _front_door() -> Iterator[HTTPConnection]:
    address = urlsplit(settings.FRONT_DOOR_URL)
    with _connected(str(address.hostname), address.port or 80) as connection:
        yield connection


@contextmanager
def _itself() -> Iterator[HTTPConnection]:
    with _connected(LOOPBACK, settings.WEB_PORT) as connection:
        yield connection


@contextmanager
def _connected(host: str, port: int) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(host, port, timeout=SECONDS)
    try:
        yield connection
    finally:
        connection.close()
