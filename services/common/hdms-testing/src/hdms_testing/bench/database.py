"""A query as a request makes it, against plain psycopg with the same query."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg_pool import ConnectionPool

from hdms_testing.bench.rounds import Row, medians, timed

QUERY = "SELECT 1"
REPEATS = 25
POSTGRESQL_PORT = 5432  # in the name of its socket

DJANGO = "ours as the first; bare: Django's own backend and pool, which hands out what is broken"
HELD = "the same query on a connection that both hold: what Django's cursor costs"
POOLED = "taking a connection from the pool, one query, giving it back; the same with psycopg_pool"
ALONE = "ours as the first; bare: one psycopg connection through PgBouncer that nobody else may use"
DIRECT = "ours as the first; bare: one psycopg connection to PostgreSQL itself, past PgBouncer"
NO_WAY = "a service has no way to PostgreSQL itself here, only through PgBouncer"


def rows(rounds: int, socket_folder: Path | None) -> list[Row]:
    """Compare a query through Django with psycopg: pooled, alone, and past PgBouncer.

    And with Django's own backend, to tell what is Django's cost from what is ours.

    Args:
        socket_folder: where PostgreSQL's own socket is; None where there is no way to it.
    """
    settings.DEBUG = False  # it records each query, at 40 us, which production does not
    ours: Any = connections["default"]
    with ExitStack() as stack:
        stack.callback(ours.close_pool)
        stack.callback(ours.close)
        pool = stack.enter_context(ConnectionPool(kwargs=_plain(), min_size=1, open=False))
        alone = stack.enter_context(psycopg.connect(**_plain()))

        stock = _django_itself()
        stack.callback(stock.close_pool)

        def pooled() -> None:
            with pool.connection() as taken:
                _ask(taken)

        operations: dict[str, Callable[[], object]] = {
            "ours": partial(_as_a_request_does, ours),
            "pooled": pooled,
            "alone": lambda: _ask(alone),
            "stock": partial(_as_a_request_does, stock),
        }
        if socket_folder is not None:
            past = {"host": str(socket_folder), "port": POSTGRESQL_PORT}
            direct = stack.enter_context(psycopg.connect(**{**_plain(), **past}))
            operations["direct"] = lambda: _ask(direct)
        found = medians(operations, rounds, REPEATS)
        held = medians(
            {"ours": partial(_within_a_request, ours), "bare": operations["alone"]}, rounds, REPEATS
        )
    how = DIRECT if socket_folder else NO_WAY
    return [
        timed("db, pooled", found["ours"], found["pooled"], POOLED),
        timed("db, one connection", found["ours"], found["alone"], ALONE),
        timed("db, direct", found["ours"], found.get("direct"), how),
        timed("db, Django's own backend", found["ours"], found["stock"], DJANGO),
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


def _django_itself() -> DatabaseWrapper:
    """Our settings in Django's own backend, without what is ours in its pool."""
    database = connections["default"].settings_dict
    options = database["OPTIONS"]
    pool = {name: value for name, value in options["pool"].items() if name != "connection_class"}
    return DatabaseWrapper({**database, "OPTIONS": {**options, "pool": pool}}, alias="bench")


def _within_a_request(django: BaseDatabaseWrapper) -> None:
    with django.cursor() as cursor:
        cursor.execute(QUERY)
        cursor.fetchone()


def _as_a_request_does(django: BaseDatabaseWrapper) -> None:
    django.close_if_unusable_or_obsolete()  # Django does so at a request's begin and end
    _within_a_request(django)
    django.close_if_unusable_or_obsolete()
