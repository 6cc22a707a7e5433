"""The proof that the service reaches its database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from hdms_common.result import Proof
from src.config import Settings
from src.db.direct import connect, explain, way
from src.db.session import OUTAGES

LIMIT_SECONDS = 5.0


async def prove_database(settings: Settings) -> Proof:
    """Prove server version, path, schema, and a write and a read that are rolled back."""
    server = settings.database
    try:
        async with (
            connect(server, LIMIT_SECONDS) as first,
            connect(server, LIMIT_SECONDS) as second,
        ):
            return await way(server).prove(_Session(first), _Session(second))
    except OUTAGES as error:
        raise explain(server, error) from error


class _Session:
    """asyncpg's connection as a hdms_common.pgbouncer.Session."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @property
    def backend_pid(self) -> int:
        return int(self._connection.get_server_pid())

    async def value(self, query: str) -> Any:
        return await self._connection.fetchval(query)

    async def execute(self, statement: str) -> None:
        await self._connection.execute(statement)

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator[None]:
        transaction = self._connection.transaction()
        await transaction.start()
        try:
            yield
        finally:
            await transaction.rollback()
