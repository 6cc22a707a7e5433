"""The log's lines."""

import json
import logging
from collections.abc import Iterator

import pytest

from hdms_common.log import (
    LimitFilter,
    LineFormatter,
    RequestIdFilter,
    once_a_minute,
)
from hdms_common.request_id import request_id
from hdms_django.log import JsonFormatter


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("name", logging.ERROR, "", 0, message, (), None)
    made.__dict__.update(extra)
    RequestIdFilter().filter(made)
    return made


@pytest.fixture
def in_request() -> Iterator[str]:
    token = request_id.set("abc-1")
    yield "abc-1"
    request_id.reset(token)


def test_a_message_of_several_lines_becomes_one() -> None:
    line = LineFormatter("%(message)s").format(record("failed:\n- refused"))

    assert line == "failed: | - refused"


def test_a_line_ends_with_the_id_of_its_request(in_request: str) -> None:
    assert LineFormatter("%(message)s").format(record("failed")) == f"failed [{in_request}]"


def test_in_production_an_event_is_one_json_object(in_request: str) -> None:
    event = json.loads(JsonFormatter("user-service").format(record("failed:\n- refused")))

    assert event.pop("time")
    assert event == {
        "level": "ERROR",
        "logger": "name",
        "message": "failed:\n- refused",
        "request_id": in_request,
        "service": "user-service",
    }


def test_what_happens_a_thousand_times_is_logged_once_a_minute_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr("hdms_common.log.time.monotonic", lambda: now)
    limit = LimitFilter()
    passed = [limit.filter(record("Redis failed", **once_a_minute("Redis"))) for _ in range(1000)]
    assert passed.count(True) == 1
    assert limit.filter(record("PgBouncer failed", **once_a_minute("PgBouncer")))

    now += 61
    next_one = record("Redis failed", **once_a_minute("Redis"))

    assert limit.filter(next_one)
    assert next_one.msg == "Redis failed (and 999 times since the line before)"


def test_other_events_are_never_withheld() -> None:
    limit = LimitFilter()

    assert [limit.filter(record("signed in")) for _ in range(3)] == [True, True, True]
