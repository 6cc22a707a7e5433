"""`python -m hdms_testing.bench` on a real stack: that it measures, not how fast."""

import json
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings

from hdms_django.connectivity import pgbouncer
from hdms_testing.processes import run

pytestmark = pytest.mark.usefixtures("disposable_stack")


def bench(name: str, *options: str) -> list[dict[str, Any]]:
    finished = run("-m", "hdms_testing.bench", name, "--rounds", "2", "--json", *options)
    assert finished.returncode == 0, finished.stderr
    return list(json.loads(finished.stdout)["rows"])


def require_plausible(row: dict[str, Any]) -> None:
    assert row["ours"] > 0
    assert row["bare"] > 0
    slower, faster = row["ours"], row["bare"]
    if row["unit"] == "requests/s":
        slower, faster = faster, slower
    assert row["ratio"] == pytest.approx(slower / faster, rel=0.02)


def test_the_database_is_measured_five_ways_of_which_one_is_not_there() -> None:
    rows = {row["name"]: row for row in bench("db")}

    direct = rows.pop("db, direct")
    assert (direct["bare"], direct["ratio"]) == (None, None)
    assert "no way to PostgreSQL" in direct["why"]
    assert list(rows) == [
        *("db, pooled", "db, one connection"),
        *("db, Django's own backend", "db, query only"),
    ]
    for row in rows.values():
        require_plausible(row)


def test_the_cache_is_measured_and_left_as_it_was() -> None:
    rows = bench("cache")

    assert [row["name"] for row in rows] == ["cache, set and get", "cache, Django's own backend"]
    for row in rows:
        require_plausible(row)
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        assert list(client.scan_iter("*bench-*")) == []


def test_requests_are_measured_and_their_users_deleted() -> None:
    (row,) = bench("http", "--path", "/api/accounts/me")

    require_plausible(row)
    with psycopg.connect(**pgbouncer.parameters(5)) as connection:
        query = "SELECT count(*) FROM accounts_user WHERE username LIKE 'bench-%'"
        assert connection.execute(query).fetchone() == (0,)


def test_a_service_without_a_queue_says_so() -> None:
    finished = run("-m", "hdms_testing.bench", "celery", "--json")

    assert finished.returncode == 2
    assert "user-service has no celery" in finished.stderr


def test_a_path_that_is_not_there_is_an_error_without_a_traceback() -> None:
    finished = run("-m", "hdms_testing.bench", "http", "--rounds", "1", "--path", "/nowhere")

    assert finished.returncode == 1
    assert "404" in finished.stderr
    assert "Traceback" not in finished.stderr
