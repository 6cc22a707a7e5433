"""The toolkit's own short-lived connections to a stack's components and services."""

import http.client
from typing import TYPE_CHECKING, Any

from hdms.environment.environment import Environment

if TYPE_CHECKING:
    import psycopg
    import redis

SECONDS = 5
Address = tuple[str, int]


def pgbouncer_console(environment: Environment, address: Address) -> "psycopg.Connection[Any]":
    """Connect to PgBouncer's admin console.

    Raises:
        psycopg.OperationalError: it is away, or refuses the account.
    """
    import psycopg

    return psycopg.connect(
        host=address[0],
        port=address[1],
        dbname="pgbouncer",
        user=environment["PGBOUNCER_USER"],
        password=environment.pgbouncer_password,
        autocommit=True,
        connect_timeout=SECONDS,
        # The console speaks the simple protocol only.
        cursor_factory=psycopg.ClientCursor,
    )


def database(environment: Environment, address: Address) -> "psycopg.Connection[Any]":
    """Connect to the database as superuser, through PgBouncer.

    Raises:
        psycopg.OperationalError: PgBouncer or PostgreSQL is away, or refuses the account.
    """
    import psycopg

    return psycopg.connect(
        host=address[0],
        port=address[1],
        dbname=environment["POSTGRES_DB"],
        user=environment["POSTGRES_USER"],
        password=environment["POSTGRES_PASSWORD"],
        connect_timeout=SECONDS,
        prepare_threshold=None,
    )


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
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
