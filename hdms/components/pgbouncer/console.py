"""PgBouncer's admin console, and what is said to it from elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hdms.components.libpq import connection
from hdms.connections import Address

if TYPE_CHECKING:
    import psycopg

    from hdms.engines.base import Announce
    from hdms.environment.environment import Environment

NAME = "pgbouncer"
"""Of the component, and of the database that is its console."""


@contextmanager
def console(environment: "Environment", address: Address) -> "Iterator[psycopg.Connection[Any]]":
    """Connect to PgBouncer's admin console, for `connections.SECONDS` at most.

    Raises:
        psycopg.OperationalError: it is away, or refuses the account.
    """
    import psycopg

    with connection(
        host=address[0],
        port=address[1],
        dbname=NAME,
        user=environment["PGBOUNCER_USER"],
        password=admin_password(environment),
        autocommit=True,
        # The console speaks the simple protocol only.
        cursor_factory=psycopg.ClientCursor,
    ) as connected:
        yield connected


@contextmanager
def paused(environment: "Environment", address: Address, announce: "Announce") -> Iterator[None]:
    """Let its clients wait meanwhile: transactions end first, new ones wait (`query_wait_timeout`).

    Where it cannot be paused within `connections.SECONDS`, because it is away or a transaction
    does not end, work goes on without: clients then see errors.
    """
    import psycopg

    try:
        with console(environment, address) as connected:
            connected.execute("PAUSE")
    except psycopg.OperationalError:
        announce("PgBouncer could not be paused: requests may fail meanwhile")
    try:
        yield
    finally:
        try:
            with console(environment, address) as connected:
                connected.execute("RESUME")
        except psycopg.Error:
            pass  # it is away, or was not paused


def admin_password(environment: "Environment") -> str:
    """Return the password of its admin console (spec 001 data-model, "from POSTGRES_PASSWORD")."""
    return environment["PGBOUNCER_PASSWORD"] or environment["POSTGRES_PASSWORD"]
