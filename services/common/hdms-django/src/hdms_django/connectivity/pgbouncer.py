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

from hdms_common.pgbouncer import Way
from hdms_common.result import CheckFailed

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


def way() -> Way:
    """The way of this service, to be proven or explained."""
    database = settings.DATABASES["default"]
    return Way(settings.SERVICE, address(), database["USER"], database["NAME"])


def explain(error: Exception) -> CheckFailed:
    """A failed connection in the words of someone who has to repair it."""
    return way().explain(error)


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
