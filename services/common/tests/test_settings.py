"""The settings of the service as spec 001 wants them."""

import pytest
from django.db import connection
from redis import Redis

from core.settings.base import ENV
from hdms_django import redis_settings
from hdms_django import settings as common


def test_the_database_is_reached_through_pgbouncers_transaction_mode() -> None:
    database = common.databases(ENV)["default"]

    assert database["CONN_MAX_AGE"] == 0
    assert database["DISABLE_SERVER_SIDE_CURSORS"]
    assert database["ENGINE"] == "hdms_django.postgresql"  # which checks connections itself


def test_django_prepares_no_statements() -> None:
    """A prepared statement lives in one PostgreSQL session; the next transaction may not."""
    assert connection.get_connection_params()["prepare_threshold"] is None


@pytest.mark.parametrize("password", ["", "p@ss:w/rd#1%", "a,b;c d?"])
def test_any_redis_password_survives_the_url(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", password)

    url = redis_settings.redis_url(ENV, database=2)

    parsed = Redis.from_url(url).connection_pool.connection_kwargs
    assert (parsed.get("password", ""), parsed["db"]) == (password, 2)
