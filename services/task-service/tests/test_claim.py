"""A worker whose claim was committed, and who never heard of it."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

from sqlalchemy.ext.asyncio import AsyncConnection

from src.circuits.runner import CircuitRunner
from src.config import Settings
from src.db.repository import TaskRepository
from src.db.session import Database
from src.errors import DatabaseUnavailable
from src.queue.consumer import Verdict
from src.services.execution import TaskExecutor
from tests.processes import sql


class LosesTheFirstAnswer(Database):
    """Commits, and says that the database is away, as when the connection ends in between."""

    lost = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        async with super().connection() as connection:
            yield connection
        if not self.lost:
            self.lost = True
            raise DatabaseUnavailable("the answer to the commit was lost")


def test_its_own_claim_is_not_taken_for_another_workers(migrated: None) -> None:
    async def main() -> tuple[str, Verdict]:
        settings = Settings.load()
        limits = {"pool_size": 2, "limit": 30.0}
        calm, shaky = (
            kind(settings.database, **limits) for kind in (Database, LosesTheFirstAnswer)
        )
        runner = CircuitRunner(settings.max_qubits, settings.time_limit)
        try:
            async with calm.transaction() as session:
                task = await TaskRepository(session).create_task("test", 1, None)
                assert task is not None
            executor = TaskExecutor(settings, shaky, runner, asyncio.Event())
            body = json.dumps({"task_id": str(task.task_id)}).encode()
            message = SimpleNamespace(body=body, redelivered=False)
            return str(task.task_id), await executor.handle(message)
        finally:
            await runner.close()
            await calm.close()
            await shaky.close()

    task_id, verdict = asyncio.run(main())

    assert verdict is Verdict.ACKNOWLEDGE
    (row,) = sql(
        "SELECT current_status::text, attempts FROM tasks WHERE task_id = $1", uuid.UUID(task_id)
    )
    assert tuple(row) == ("completed", 1)
