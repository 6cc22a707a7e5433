"""PostgreSQL's planned absence: PgBouncer lets its clients wait, so that no request fails."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from hdms import connections
from hdms.engines.base import Announce
from hdms.environment.environment import Environment


@contextmanager
def clients_waiting(
    environment: Environment, address: connections.Address, announce: Announce
) -> Iterator[None]:
    """Pause PgBouncer meanwhile: transactions end first, new ones wait (`query_wait_timeout`).

    Where it cannot be paused within `connections.SECONDS`, because it is away or a transaction
    does not end, work goes on without: clients then see errors.
    """
    try:
        with connections.pgbouncer_console(environment, address) as console:
            console.execute("PAUSE")
    except psycopg.OperationalError:
        announce("PgBouncer could not be paused: requests may fail meanwhile")
    try:
        yield
    finally:
        try:
            with connections.pgbouncer_console(environment, address) as console:
                console.execute("RESUME")
        except psycopg.Error:
            pass  # it is away, or was not paused
