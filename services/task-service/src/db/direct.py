"""PgBouncer as the checks ask it: bounded, beside the pool, and explained when it fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from hdms_common.pgbouncer import Way
from hdms_common.result import CheckFailed
from src.config import SERVICE, Server


@asynccontextmanager
async def connect(server: Server, limit: float) -> AsyncIterator[asyncpg.Connection]:
    """A connection that is over `limit` seconds from now, whatever the server does.

    Raises:
        asyncpg.PostgresError, asyncpg.InterfaceError, OSError: it failed.
        TimeoutError: the time is up.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit
    connection = await asyncpg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        database=server.name,
        statement_cache_size=0,
        timeout=limit,
    )
    # Not a timeout of asyncpg's, which sends a cancel request: see src/db/session.py.
    alarm = loop.call_at(deadline, connection.terminate)
    try:
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if loop.time() >= deadline:
            raise TimeoutError from error
        raise
    finally:
        alarm.cancel()
        connection.terminate()


def way(server: Server) -> Way:
    """The way to the database, to be proven or explained."""
    return Way(SERVICE, server.address, server.user, server.name)


def explain(server: Server, error: BaseException) -> CheckFailed:
    """Say what is wrong with the database and what to do; never the password."""
    return way(server).explain(error)
