"""The toolkit's own short-lived connections to a stack's components and services."""

import http.client
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hdms.environment.environment import Environment

if TYPE_CHECKING:
    import psycopg
    import redis

SECONDS = 5
Address = tuple[str, int]


@contextmanager
def pgbouncer_console(
    environment: Environment, address: Address
) -> "Iterator[psycopg.Connection[Any]]":
    """Connect to PgBouncer's admin console, for `SECONDS` at most.

    Raises:
        psycopg.OperationalError: it is away, or refuses the account.
    """
    import psycopg

    with _hung_up_in_time(
        host=address[0],
        port=address[1],
        dbname="pgbouncer",
        user=environment["PGBOUNCER_USER"],
        password=environment.pgbouncer_password,
        autocommit=True,
        # The console speaks the simple protocol only.
        cursor_factory=psycopg.ClientCursor,
    ) as connection:
        yield connection


@contextmanager
def database(environment: Environment, address: Address) -> "Iterator[psycopg.Connection[Any]]":
    """Connect to the database as superuser, through PgBouncer, for `SECONDS` at most.

    Raises:
        psycopg.OperationalError: PgBouncer or PostgreSQL is away, or refuses the account.
    """
    with _hung_up_in_time(
        host=address[0],
        port=address[1],
        dbname=environment["POSTGRES_DB"],
        user=environment["POSTGRES_USER"],
        password=environment["POSTGRES_PASSWORD"],
        prepare_threshold=None,
    ) as connection:
        yield connection


@contextmanager
def _hung_up_in_time(**parameters: Any) -> "Iterator[psycopg.Connection[Any]]":
    """Connect, and end the connection after `SECONDS`: libpq waits for ever for a frozen server.

    The socket is shut down; a cancel request would go to the server that does not answer.
    """
    import psycopg

    with psycopg.connect(connect_timeout=SECONDS, **parameters) as connection:

        def hang_up() -> None:
            with socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(SECONDS, hang_up)
        timer.start()
        try:
            yield connection
        finally:
            timer.cancel()


def forget_libpq_variables() -> None:
    """Remove PGOPTIONS, PGSSLMODE and the like, set for another server, from this process."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def redis_client(
    environment: Environment, address: Address, password: str | None = None
) -> "redis.Redis":
    """Return a client of Redis (connects at its first command).

    Args:
        password: instead of the environment's.
    """
    import redis

    return redis.Redis(
        host=address[0],
        port=address[1],
        password=(environment["REDIS_PASSWORD"] if password is None else password) or None,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
    )


def http_get(address: Address, path: str, timeout: float = SECONDS) -> tuple[int, bytes]:
    """Return the status and body of a GET request.

    Args:
        timeout: seconds.

    Raises:
        OSError: no connection, or no answer in time.
        http.client.HTTPException: the answer is not HTTP.
    """
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        # A container's address is no host name that a service answers to.
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
