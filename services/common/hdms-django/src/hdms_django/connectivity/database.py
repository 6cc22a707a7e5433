"""The proof that the service reaches its schema in PostgreSQL 16 through PgBouncer."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg

from hdms_common.result import Proof
from hdms_django.connectivity.pgbouncer import Connection, connect, explain, way

LIMIT_SECONDS = 5.0


def check() -> Proof:
    """Prove server version, path, schema, and a write and a read that are rolled back.

    Raises CheckFailed; takes LIMIT_SECONDS at most.
    """
    return asyncio.run(_prove())


async def _prove() -> Proof:
    try:
        async with connect(LIMIT_SECONDS) as first, connect(LIMIT_SECONDS) as second:
            return await way().prove(_Session(first), _Session(second))
    except (psycopg.OperationalError, TimeoutError) as error:
        raise explain(error) from error


class _Session:
    """psycopg's connection as a hdms_common.pgbouncer.Session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def backend_pid(self) -> int:
        return self._connection.info.backend_pid

    async def value(self, query: str) -> Any:
        row = await (await self._connection.execute(query.encode())).fetchone()
        return row[0] if row else None

    async def execute(self, statement: str) -> None:
        await self._connection.execute(statement.encode())

    def rolled_back(self) -> AbstractAsyncContextManager[Any]:
        return self._connection.transaction(force_rollback=True)
