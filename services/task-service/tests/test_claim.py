"""A worker whose database is away at the wrong moment."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from src.circuits.runner import CircuitRunner
from src.config import Settings
from src.db.repository import TaskRepository
from src.db.session import Database
from src.errors import DatabaseUnavailable
from src.queue.consumer import Verdict
from src.services import execution
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


class AwayAfterTheClaim(Database):
    """Answers once."""

    asked = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        if self.asked:
            raise DatabaseUnavailable("it is away")
        self.asked = True
        async with super().connection() as connection:
            yield connection


def work_on_a_task(kind: type[Database], *, stopping: bool = False) -> tuple[Verdict, Any]:
    """What a worker with such a database makes of a new task's message, and the task then."""

    async def main() -> tuple[uuid.UUID, Verdict]:
        settings = Settings.load()
        limits = {"pool_size": 2, "limit": 30.0}
        calm, shaky = (each(settings.database, **limits) for each in (Database, kind))
        runner = CircuitRunner(settings.max_qubits, settings.time_limit)
        stop = asyncio.Event()
        if stopping:
            stop.set()
        try:
            async with calm.transaction() as session:
                task = await TaskRepository(session).create_task("test", 1, None)
                assert task is not None
            executor = TaskExecutor(settings, shaky, runner, stop)
            body = json.dumps({"task_id": str(task.task_id)}).encode()
            message = SimpleNamespace(body=body, redelivered=False)
            return task.task_id, await executor.handle(message)
        finally:
            await runner.close()
            await calm.close()
            await shaky.close()

    task_id, verdict = asyncio.run(main())
    query = "SELECT current_status::text, attempts FROM tasks WHERE task_id = $1"
    return verdict, tuple(sql(query, task_id)[0])


def test_its_own_claim_is_not_taken_for_another_workers(migrated: None) -> None:
    assert work_on_a_task(LosesTheFirstAnswer) == (Verdict.ACKNOWLEDGE, ("completed", 1))


def test_told_to_stop_it_does_not_wait_for_the_database_for_ever(
    migrated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "STORE_SECONDS", 0.5)

    verdict, task = work_on_a_task(AwayAfterTheClaim, stopping=True)

    assert (verdict, task) == (Verdict.REQUEUE, ("processing", 1))
