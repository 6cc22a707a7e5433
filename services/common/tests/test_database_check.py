"""The database check must not pass on another path than PgBouncer's transaction mode.

HDMS_TEST_POSTGRESQL_PORT: the port, on 127.0.0.1, of the PostgreSQL behind the stack's PgBouncer.
HDMS_TEST_SESSION_MODE_PORT: the port of a PgBouncer in session mode in front of the same.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest

Verify = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ("HDMS_TEST_POSTGRESQL_PORT", "PostgreSQL itself answers there, not PgBouncer"),
        ("HDMS_TEST_SESSION_MODE_PORT", "PgBouncer is in session mode"),
    ],
)
def test_another_path_fails_and_says_which_it_is(variable: str, found: str, verify: Verify) -> None:
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set")

    result = verify("db", DB_HOST="127.0.0.1", DB_PORT=os.environ[variable])

    assert result["status"] == "fail"
    assert found in result["message"]
    assert "pool_mode must be transaction" in result["hint"]
