"""PgBouncer as the checks ask it: bounded, and explained when it does not answer."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from hdms_common.connectivity.result import AUTHENTICATION_FAILED, CheckFailed

Connection = psycopg.AsyncConnection[Any]


def address() -> str:
    """Where the service expects PgBouncer: "host:port"."""
    database = settings.DATABASES["default"]
    return f"{database['HOST']}:{database['PORT']}"


def parameters(limit: float) -> dict[str, Any]:
    """Django's own connection parameters, for a connection that gives up after `limit` seconds.

    Without Django's pool, whose PoolTimeout hides the reason of a failure.
    """
    # The cursor factory is for blocking connections, the context for Django's field types.
    unfit = {"cursor_factory", "context"}
    django = {k: v for k, v in connection.get_connection_params().items() if k not in unfit}
    return {**django, "connect_timeout": max(2, round(limit)), "autocommit": True}


def explain(error: Exception) -> CheckFailed:
    """A failed connection in the words of someone who has to repair it."""
    role = settings.DATABASES["default"]["USER"]
    service, text = settings.SERVICE, str(error).lower()
    behind = ("server login", "server conn", "connect failed", "query_wait")
    if isinstance(error, TimeoutError) or any(sign in text for sign in behind):
        return CheckFailed(
            f"{service}: PostgreSQL behind PgBouncer at {address()} does not answer: "
            f"{_first_line(error)}",
            "`inv infra.up` starts PostgreSQL, `inv env.sync` sets its roles' passwords; "
            "the reason: `inv infra.logs pgbouncer`",
        )
    if AUTHENTICATION_FAILED in text or "no such user" in text:
        return CheckFailed(
            f"{service}: PgBouncer at {address()} refused role {role}: "
            f"password {AUTHENTICATION_FAILED} (DB_PASSWORD)",
            f"compare DB_PASSWORD in services/{service}/.env with the root .env: "
            "run `inv env.sync`",
        )
    return CheckFailed(
        f"{service}: PgBouncer at {address()} is unreachable (DB_HOST, DB_PORT): "
        f"{_first_line(error)}",
        "start it: `inv infra.up`; its log: `inv infra.logs pgbouncer`",
    )


@asynccontextmanager
async def connect(limit: float) -> AsyncIterator[Connection]:
    """A connection in autocommit that is over `limit` seconds from now, whatever the server does.

    Raises psycopg.OperationalError, or TimeoutError when the time is up.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit
    async with asyncio.timeout_at(deadline):
        connection = await psycopg.AsyncConnection.connect(**parameters(limit))
    # Not asyncio.timeout: psycopg then sends a cancel request and waits for a server that does
    # not answer, and a cancel request at the wrong moment crashes PgBouncer 1.18 ("bad client
    # state").
    alarm = loop.call_at(deadline, _hang_up, connection)
    try:
        async with connection:
            yield connection
    except psycopg.OperationalError as error:
        if loop.time() >= deadline:
            raise TimeoutError from error
        raise
    finally:
        alarm.cancel()


def _hang_up(connection: Connection) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or "no answer in time"
