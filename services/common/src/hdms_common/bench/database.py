"""A query as a request makes it, against plain psycopg with the same query."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import close_old_connections, connection
from psycopg_pool import ConnectionPool

from hdms_common.bench.rounds import Row, medians, timed

QUERY = "SELECT 1"
REPEATS = 100
POSTGRESQL_PORT = 5432  # in the name of its socket

HELD = "the same query on a connection that both hold: what Django's cursor costs"
POOLED = "taking a connection from the pool, one query, giving it back; the same with psycopg_pool"
ALONE = "ours as above; bare: one psycopg connection through PgBouncer that nobody else may use"
DIRECT = "ours as above; bare: one psycopg connection to PostgreSQL itself, past PgBouncer"
NO_WAY = "a service has no way to PostgreSQL itself here, only through PgBouncer"


def rows(rounds: int, socket_folder: Path | None) -> list[Row]:
    """Compare a query through Django with psycopg: pooled, alone, and past PgBouncer.

    Args:
        socket_folder: where PostgreSQL's own socket is; None where there is no way to it.
    """
    settings.DEBUG = False  # it records each query, at 40 us, which production does not
    with ExitStack() as stack:
        stack.callback(connection.close_pool)
        stack.callback(connection.close)
        pool = stack.enter_context(ConnectionPool(kwargs=_plain(), min_size=1, open=False))
        alone = stack.enter_context(psycopg.connect(**_plain()))

        def pooled() -> None:
            with pool.connection() as taken:
                _ask(taken)

        operations: dict[str, Callable[[], object]] = {
            "ours": _as_a_request_does,
            "pooled": pooled,
            "alone": lambda: _ask(alone),
        }
        if socket_folder is not None:
            past = {"host": str(socket_folder), "port": POSTGRESQL_PORT}
            direct = stack.enter_context(psycopg.connect(**{**_plain(), **past}))
            operations["direct"] = lambda: _ask(direct)
        found = medians(operations, rounds, REPEATS)
        held = medians({"ours": _within_a_request, "bare": operations["alone"]}, rounds, REPEATS)
    how = DIRECT if socket_folder else NO_WAY
    return [
        timed("db, pooled", found["ours"], found["pooled"], POOLED),
        timed("db, one connection", found["ours"], found["alone"], ALONE),
        timed("db, direct", found["ours"], found.get("direct"), how),
        timed("db, query only", held["ours"], held["bare"], HELD),
    ]


def _plain() -> dict[str, Any]:
    """What psycopg needs to reach the same place as Django, and nothing else.

    As in Django, queries outside a transaction have none, and statements are not prepared, which
    transaction pooling would break.
    """
    database = settings.DATABASES["default"]
    return {
        "host": database["HOST"],
        "port": database["PORT"],
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "autocommit": True,
        "prepare_threshold": None,
    }


def _ask(plain: psycopg.Connection[Any]) -> None:
    plain.execute(QUERY).fetchone()


def _within_a_request() -> None:
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        cursor.fetchone()


def _as_a_request_does() -> None:
    close_old_connections()  # Django does so at a request's begin and end
    _within_a_request()
    close_old_connections()
