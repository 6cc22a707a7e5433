"""What a request gets when there is no connection to the database."""

import json
import socket
import time
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg import OperationalError

from hdms_django.postgresql.base import is_dropped
from hdms_django.postgresql.outage import Outage
from hdms_testing.processes import run

THREE_REQUESTS = """
import json, time
import django
django.setup()
from django.db import DatabaseError, connection
from hdms_django.postgresql.outage import current
requests = []
for _ in range(3):
    begin = time.monotonic()
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        requests.append({"error": str(error), "seconds": time.monotonic() - begin})
print(json.dumps({"requests": requests, "attempts": current.attempts}))
"""


def three_requests(**environment: str) -> Any:
    finished = run("-c", THREE_REQUESTS, DJANGO_SETTINGS_MODULE="core.settings.dev", **environment)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_the_first_waits_for_pgbouncer_to_be_back_the_others_know_better(closed_port: str) -> None:
    first, second, third = three_requests(DB_PORT=closed_port)["requests"]

    assert 4.5 < first["seconds"] < 25  # the pool's timeout is 5 s
    # Each waiting as long would hold every thread of the server.
    assert second["seconds"] + third["seconds"] < first["seconds"] / 2
    for each in (first, second, third):
        assert "Connection refused" in each["error"]
        assert "attempt" in each["error"]


def test_a_refused_password_is_not_tried_again_and_again() -> None:
    outage = three_requests(DB_PASSWORD="not-the-password")

    assert outage["attempts"] <= 2  # at most one a second
    for each in outage["requests"]:
        assert "authentication failed" in each["error"]
        assert "not-the-password" not in each["error"]


def test_a_connection_whose_other_end_hung_up_is_noticed_without_asking() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = SimpleNamespace(closed=False, fileno=ours.fileno)
        assert not is_dropped(connection)

        theirs.close()

        assert is_dropped(connection)


def test_an_outage_whose_end_nobody_saw_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    outage = Outage()
    outage.failed(OperationalError("Connection refused"))
    assert outage.ongoing

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)

    assert (outage.ongoing, outage.seconds) == (False, 0.0)
