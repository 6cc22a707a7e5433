"""Sessions: pooled, bounded in time, timed, and an outage under one name (spec 003, T005, T044)."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL, event
from sqlalchemy import exc as sa
from sqlalchemy.engine import Connection, ExecutionContext
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from src.config import SERVICE, Server
from src.errors import DatabaseUnavailable

SLOW_SECONDS = 0.1
CONNECT_SECONDS = 1.0

log = structlog.get_logger(__name__)

# What a connection through PgBouncer 1.18 in transaction mode may not have: statements prepared in
# one transaction are not there in the next. Nor server_settings, which it refuses.
ASYNCPG_OPTIONS: dict[str, Any] = {
    "statement_cache_size": 0,
    "timeout": CONNECT_SECONDS,
}

# What asyncpg, the pool and the operating system raise when the database is away.
OUTAGES = (
    sa.TimeoutError,  # of the pool
    OSError,  # of connecting; TimeoutError is one, too
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# SQLAlchemy's names for what PostgreSQL says of a statement: our defects. Whatever else it calls
# DBAPIError is an outage; PgBouncer's own errors have no name of theirs.
_OTHER_SCHEMA = ("42P01", "42703")  # undefined table, undefined column
_DEFECTS = (sa.IntegrityError, sa.DataError, sa.ProgrammingError, sa.NotSupportedError)


def url(server: Server) -> URL:
    """Return SQLAlchemy's address of the database."""
    return URL.create(
        "postgresql+asyncpg",
        server.user,
        server.password,
        server.host,
        server.port,
        server.name,
    )


def unpooled_engine(server: Server) -> AsyncEngine:
    """Return an engine for one connection, e.g. a migration's, without limits of time."""
    options = {**ASYNCPG_OPTIONS, **_UNNAMED, "timeout": 20.0}
    return create_async_engine(url(server), poolclass=NullPool, connect_args=options)


# SQLAlchemy prepares every statement. A name would stay behind in a PostgreSQL session that is
# another client's by then; without one, the statement is gone with the next.
_UNNAMED: dict[str, Any] = {
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


class Database:
    """A pool of connections to PgBouncer.

    Args:
        server: where PgBouncer is.
        pool_size: connections, at most.
        limit: seconds that one transaction may take; then its connection is cut.
    """

    def __init__(self, server: Server, *, pool_size: int, limit: float) -> None:
        self._engine = create_async_engine(
            url(server),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
            connect_args=ASYNCPG_OPTIONS | _UNNAMED,
            hide_parameters=True,  # in errors, and so in the log: a user's data
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._limit = limit
        pool, engine = self._engine.sync_engine.pool, self._engine.sync_engine
        event.listen(pool, "checkout", self._set_alarm)
        event.listen(pool, "checkin", _stop_alarm)
        event.listen(engine, "before_cursor_execute", _start_clock)
        event.listen(engine, "after_cursor_execute", _log_duration)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session in one transaction: committed at the end, rolled back on an exception.

        Raises:
            DatabaseUnavailable: also when it is unknown whether the commit took place.
        """
        with _outages_named():
            async with self._sessions.begin() as session:
                yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in one transaction; as `transaction`, without the ORM."""
        with _outages_named():
            async with self._engine.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    def _set_alarm(self, adapted: Any, entry: ConnectionPoolEntry, fairy: object) -> None:
        driver: asyncpg.Connection = adapted.driver_connection
        if driver.is_closed():  # seen by the event loop; the server need not be asked
            raise sa.DisconnectionError
        # Not asyncpg's command_timeout: it sends a cancel request and waits for a server that does
        # not answer, and one at the wrong moment crashes PgBouncer 1.18 ("bad client state").
        alarm = asyncio.get_running_loop().call_later(self._limit, driver.terminate)
        entry.info["alarm"] = alarm


@contextmanager
def _outages_named() -> Iterator[None]:
    """Raise DatabaseUnavailable for whatever means that; a defect of ours is raised as it is."""
    try:
        yield
    except sa.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _OTHER_SCHEMA:
            reason = f"{first_line(error.orig)}: run `inv migrate --service task`"
            raise DatabaseUnavailable(reason) from error
        if isinstance(error, _DEFECTS) and not error.connection_invalidated:
            raise
        raise DatabaseUnavailable(first_line(error.orig)) from error
    except OUTAGES as error:
        raise DatabaseUnavailable(first_line(error)) from error


def first_line(error: BaseException | None) -> str:
    """Return what an error says, on one line; its name where it says nothing."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _stop_alarm(adapted: Any, entry: ConnectionPoolEntry) -> None:
    if alarm := entry.info.pop("alarm", None):
        alarm.cancel()


def _start_clock(
    connection: Connection,
    cursor: object,
    statement: str,
    parameters: object,
    context: ExecutionContext,
    executemany: bool,
) -> None:
    connection.info["query_began"] = time.perf_counter()


def _log_duration(
    connection: Connection,
    cursor: object,
    statement: str,
    parameters: object,
    context: ExecutionContext,
    executemany: bool,
) -> None:
    """Log every statement, a slow one as a warning; never the parameters, a user's data."""
    seconds = time.perf_counter() - connection.info["query_began"]
    write = log.warning if seconds >= SLOW_SECONDS else log.debug
    write(
        "slow query" if seconds >= SLOW_SECONDS else "query",
        statement=" ".join(statement.split()),
        duration_ms=round(seconds * 1000, 2),
        database=SERVICE,
    )
