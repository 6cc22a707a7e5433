"""`manage.py verify` when something is wrong: each failure names the component and the remedy."""

import errno
import os
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from psycopg.errors import DiskFull
from pytest_django import Settings
from redis.exceptions import ResponseError

from hdms_common.result import CheckFailed, Proof
from hdms_django.connectivity import pgbouncer, redis
from hdms_django.connectivity.checks import run, run_side_by_side
from hdms_testing.processes import manage

Verify = Callable[..., dict[str, Any]]

WRONG = "not-the-password"


def test_a_wrong_database_password_names_the_variable_and_not_its_value(verify: Verify) -> None:
    result = verify("db", DB_PASSWORD=WRONG)

    assert result["status"] == "fail"
    assert "PgBouncer" in result["message"]
    assert "password authentication failed (DB_PASSWORD)" in result["message"]
    assert "inv env.sync" in result["hint"]
    assert WRONG not in str(result)


def test_pgbouncer_away_names_pgbouncer_and_its_address(verify: Verify, closed_port: str) -> None:
    result = verify("db", DB_PORT=closed_port)

    assert result["status"] == "fail"
    assert "PgBouncer" in result["message"]
    assert closed_port in result["message"]
    assert "inv infra.up" in result["hint"]


def test_a_wrong_password_of_rabbitmq_names_the_variable_and_not_its_value(verify: Verify) -> None:
    result = verify("events", RABBITMQ_PASSWORD=WRONG)

    assert result["status"] == "fail"
    assert "RabbitMQ" in result["message"]
    assert "authentication failed (RABBITMQ_USER, RABBITMQ_PASSWORD)" in result["message"]
    assert "inv env.sync" in result["hint"]
    assert WRONG not in str(result)


def test_rabbitmq_away_names_rabbitmq_and_its_address(verify: Verify, closed_port: str) -> None:
    result = verify("events", RABBITMQ_PORT=closed_port)

    assert result["status"] == "fail"
    assert "RabbitMQ" in result["message"]
    assert closed_port in result["message"]
    assert "inv infra.up" in result["hint"]


def test_redis_away_names_redis_and_its_address(verify: Verify, closed_port: str) -> None:
    result = verify("cache", REDIS_PORT=closed_port)

    assert result["status"] == "fail"
    assert "Redis" in result["message"]
    assert closed_port in result["message"]
    assert "inv infra.up" in result["hint"]


def test_a_wrong_redis_password_names_the_variable_and_not_its_value(verify: Verify) -> None:
    result = verify("cache", REDIS_PASSWORD=WRONG)

    assert result["status"] == "fail"
    assert "authentication failed (REDIS_PASSWORD)" in result["message"]
    assert "inv env.sync" in result["hint"]
    assert WRONG not in str(result)


@pytest.mark.parametrize(
    ("explain", "error"),
    [
        (redis.explain, ResponseError("MISCONF Errors writing to the AOF file: No space left")),
        (pgbouncer.explain, DiskFull("could not extend file: No space left on device")),
    ],
)
def test_a_server_that_answers_with_an_error_is_not_called_unreachable(
    explain: Callable[[Exception], CheckFailed], error: Exception
) -> None:
    failure = explain(error)

    assert str(error) in str(failure)
    assert "unreachable" not in str(failure)
    assert "free space" in failure.hint


def test_a_full_disk_is_no_defect_of_a_check() -> None:
    def check() -> Proof:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    result = run("db", check)

    assert "crashed" not in result.message
    assert "free space" in result.hint


def test_an_unknown_check_is_refused_with_the_known_ones() -> None:
    finished = manage("verify", "db", "luck")

    assert finished.returncode == 2
    assert "user-service has no check luck; it has db, cache" in finished.stderr


def test_a_check_that_crashes_is_a_failed_result() -> None:
    result = run("trial", lambda: 1 / 0)

    assert result.status == "fail"
    assert "ZeroDivisionError" in result.message


def test_a_crash_does_not_tell_the_password(settings: Settings) -> None:
    password = settings.DATABASES["default"]["PASSWORD"]

    def check() -> Proof:
        raise RuntimeError(f"could not log in with {password}")

    assert password not in run("trial", check).message


def test_a_check_that_hangs_fails_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hdms_common.verify.LIMIT_SECONDS", 0.1)
    released = Event()

    def hang() -> Proof:
        released.wait()
        return Proof("too late")

    (result,) = run_side_by_side({"trial": hang})

    released.set()
    assert result.status == "fail"
    assert "did not finish" in result.message
