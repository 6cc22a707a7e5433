"""PgBouncer as the checks ask it: bounded, beside the pool, and explained when it fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from src.config import SERVICE, Server
from src.db.session import first_line

# In the message of every failure that a wrong password causes; the toolkit looks for it.
AUTHENTICATION_FAILED = "authentication failed"


class Explained(Exception):
    """A failed connection in the words of someone who has to repair it, and `hint`, the remedy."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


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


def explain(server: Server, error: BaseException) -> Explained:
    """Say what is wrong with the database and what to do; never the password."""
    text = str(error).lower()
    behind = ("server login", "server conn", "connect failed", "query_wait")
    if isinstance(error, TimeoutError) or any(sign in text for sign in behind):
        return Explained(
            f"{SERVICE}: PostgreSQL behind PgBouncer at {server.address} does not answer: "
            f"{first_line(error)}",
            "`inv infra.up` starts PostgreSQL, `inv env.sync` sets its roles' passwords; "
            "the reason: `inv infra.logs pgbouncer`",
        )
    if AUTHENTICATION_FAILED in text or "no such user" in text or "sasl" in text:
        return Explained(
            f"{SERVICE}: PgBouncer at {server.address} refused role {server.user}: "
            f"password {AUTHENTICATION_FAILED} (DB_PASSWORD)",
            f"compare DB_PASSWORD in services/{SERVICE}/.env with the root .env: "
            "run `inv env.sync`",
        )
    if "no such database" in text or "does not exist" in text:
        return Explained(
            f"{SERVICE}: PgBouncer at {server.address} has no database {server.name} (DB_NAME)",
            "compare DB_NAME with POSTGRES_DB in the root .env: run `inv env.sync`",
        )
    return Explained(
        f"{SERVICE}: PgBouncer at {server.address} is unreachable (DB_HOST, DB_PORT): "
        f"{first_line(error)}",
        "start it: `inv infra.up`; its log: `inv infra.logs pgbouncer`",
    )
