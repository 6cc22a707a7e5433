"""Requests per second of an endpoint, against a bare application on the same web server."""

import secrets
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from hdms_django.identity import Role, access_token
from hdms_django.settings import STATELESS_AUTHENTICATION
from hdms_testing.bench import bare
from hdms_testing.bench.client import CLIENTS, rate
from hdms_testing.bench.rounds import Row, rated
from hdms_testing.bench.servers import LOOPBACK, free_port, listens, running

ROUND_SECONDS = 0.2
ROUNDS_EACH = 4  # of the others make one here, where less would be too short to count
# So many that none of them comes near the limit of requests per user.
USERS = 10 * CLIENTS
# Above the id of anybody who has stored something.
FIRST_ID = 2_000_000_000

WHY = (
    "a GET by {clients} clients at once; bare: the same server and settings, an application "
    "that answers 14 bytes. Ours checks the token, counts the user's requests in Redis, asks "
    "PostgreSQL and writes JSON{debug}"
)
DEBUG = "; DEBUG is on, as in development"


def rows(rounds: int, path: str) -> list[Row]:
    """Compare the running service with a bare application. Leaves no user."""
    port = free_port()
    variables = {"WEB_HOST": LOOPBACK, "WEB_PORT": str(port)}
    ours, other = [], []
    with _tokens() as tokens, running(_server(port), lambda: listens(port), variables):
        for _ in range(max(1, rounds // ROUNDS_EACH)):
            address = (settings.WEB_HOST, settings.WEB_PORT)
            ours.append(rate(address, path, tokens, ROUND_SECONDS))
            other.append(rate((LOOPBACK, port), path, tokens, ROUND_SECONDS))
    why = WHY.format(clients=CLIENTS, debug=DEBUG if settings.DEBUG else "")
    name = f"http, {settings.SERVICE} {path}"
    return [rated(name, statistics.median(ours), statistics.median(other), why)]


def _server(port: int) -> list[str]:
    if hasattr(settings, "ASGI_APPLICATION"):  # as hdms_django.asgi_server starts it
        where = ["--host", LOOPBACK, "--port", str(port), "--lifespan", "off"]
        quiet = ["--no-access-log", "--log-level", "warning"]
        return ["-m", "uvicorn", *where, *quiet, f"{bare.__name__}:asgi"]
    return ["-m", "gunicorn", "--config", "python:hdms_django.gunicorn", f"{bare.__name__}:wsgi"]


@contextmanager
def _tokens() -> Iterator[list[str]]:
    """Access tokens of USERS users, who exist only where the service looks them up."""
    mark = f"bench-{secrets.token_hex(6)}"
    names = [f"{mark}-{number}" for number in range(USERS)]
    if settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] == [STATELESS_AUTHENTICATION]:
        ids = range(FIRST_ID, FIRST_ID + USERS)
        yield [access_token(i, name, Role.REQUESTER) for i, name in zip(ids, names, strict=True)]
        return
    users: Any = get_user_model()._default_manager  # user-service's: no other looks them up
    # Nobody can sign in with the password "!".
    made = users.bulk_create(
        users.model(employee_code=name, email=f"{name}@example.com", password="!")  # noqa: S106
        for name in names
    )
    try:
        yield [access_token(user.pk, user.employee_code, Role.REQUESTER) for user in made]
    finally:
        users.filter(employee_code__startswith=f"{mark}-").delete()
