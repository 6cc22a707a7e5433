"""Requests per second of an endpoint, against a bare application on the same web server."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.utils.module_loading import import_string

from hdms_testing import identity
from hdms_testing.bench import bare
from hdms_testing.bench.client import CLIENTS, rate
from hdms_testing.bench.people import registered
from hdms_testing.bench.rounds import Row, rated
from hdms_testing.bench.servers import LOOPBACK, free_port, listens, running
from hdms_testing.processes import web_server

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
    """Compare the service with a bare application. Leaves no user.

    The service is a second one beside that which runs: it believes tokens of this process.
    """
    ours, other = [], []
    with identity.published(), _tokens() as tokens, ExitStack() as stack:
        own, bare_one = (stack.enter_context(_served(each)) for each in (_ours, _bare))
        for _ in range(max(1, rounds // ROUNDS_EACH)):
            ours.append(rate((LOOPBACK, own), path, tokens, ROUND_SECONDS))
            other.append(rate((LOOPBACK, bare_one), path, tokens, ROUND_SECONDS))
    why = WHY.format(clients=CLIENTS, debug=DEBUG if settings.DEBUG else "")
    name = f"http, {settings.SERVICE} {path}"
    return [rated(name, statistics.median(ours), statistics.median(other), why)]


@contextmanager
def _served(command: Callable[[int], list[str]]) -> Iterator[int]:
    """A server with this command, given its port, which it yields."""
    port = free_port()
    variables = {"WEB_HOST": LOOPBACK, "WEB_PORT": str(port), "WEB_PORT_SHARED": ""}
    with running(command(port), lambda: listens(port), variables):
        yield port


def _ours(_port: int) -> list[str]:
    return web_server()


def _bare(port: int) -> list[str]:
    if hasattr(settings, "ASGI_APPLICATION"):  # as hdms_django.asgi_server starts it
        where = ["--host", LOOPBACK, "--port", str(port), "--lifespan", "off"]
        quiet = ["--no-access-log", "--log-level", "warning"]
        return ["-m", "uvicorn", *where, *quiet, f"{bare.__name__}:asgi"]
    return ["-m", "gunicorn", "--config", "python:hdms_django.gunicorn", f"{bare.__name__}:wsgi"]


@contextmanager
def _tokens() -> Iterator[list[str]]:
    """Tokens of USERS users, who exist only where the service looks them up."""
    issuer = getattr(settings, "IDENTITY_ISSUER", None)  # user-service believes its own alone
    if issuer is None:
        ids = range(FIRST_ID, FIRST_ID + USERS)
        yield [identity.token(number, f"bench-{number}") for number in ids]
        return
    with registered(USERS) as people:
        yield list(map(import_string(issuer), people))
