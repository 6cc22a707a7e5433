"""The queries of the API and of its relay (spec 003, T014, T036)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only, selectinload

from src.db.models import NOTES_LENGTH, OutboxMessage, StatusHistory, Task, TaskStatus

# How long the relay leaves a message to the request that wrote it.
HEAD_START = timedelta(seconds=5)
# When a message is published again whose task has not ended: it may have been purged, or lost with
# the broker's disk. Doubled each time, so that a long queue is not made longer by it.
REPEAT_AFTER_SECONDS = 60.0


class TaskRepository:
    """The tasks, as seen and changed in the transaction of `session`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create_task(
        self, circuit: str, shots: int, idempotency_key: str | None
    ) -> Task | None:
        """Insert a pending task and its first history entry; None if the key is taken.

        Waits for a concurrent transaction that inserts the same key.
        """
        statement = (
            insert(Task)
            .values(circuit=circuit, shots=shots, idempotency_key=idempotency_key)
            .on_conflict_do_nothing(index_elements=[Task.idempotency_key])
            .returning(Task)
        )
        task = (await self._session.execute(statement)).scalar_one_or_none()
        if task is not None:
            await self.create_status_history_entry(task.task_id, TaskStatus.PENDING, "Task created")
        return task

    async def create_status_history_entry(
        self, task_id: uuid.UUID, status: TaskStatus, notes: str
    ) -> None:
        """Record a transition, in the transaction that makes it."""
        values = {"task_id": task_id, "status": status, "notes": notes[:NOTES_LENGTH]}
        await self._session.execute(insert(StatusHistory).values(values).inline())

    async def get_task_by_idempotency_key(self, key: str) -> Task:
        """Return the task that has taken the key."""
        statement = select(Task).where(Task.idempotency_key == key)
        return (await self._session.execute(statement)).scalar_one()

    async def get_task_with_history(self, task_id: uuid.UUID) -> Task | None:
        """Return the task, its history loaded with it, oldest entry first."""
        statement = (
            select(Task).where(Task.task_id == task_id).options(selectinload(Task.status_history))
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def list_tasks(
        self, status: TaskStatus | None, after: tuple[datetime, uuid.UUID] | None, limit: int
    ) -> Sequence[Task]:
        """Return tasks from the newest to the oldest, those that follow `after`."""
        key = tuple_(Task.submitted_at, Task.task_id)
        # Without the circuit and the result, of which a page may hold many megabytes.
        told = load_only(Task.current_status, Task.shots, Task.submitted_at, Task.completed_at)
        statement = select(Task).options(told)
        statement = statement.order_by(Task.submitted_at.desc(), Task.task_id.desc())
        if status is not None:
            statement = statement.where(Task.current_status == status)
        if after is not None:
            statement = statement.where(key < tuple_(*after))
        return (await self._session.execute(statement.limit(limit))).scalars().all()


class OutboxRepository:
    """The messages of the tasks that have not ended."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, task_id: uuid.UUID, queue: str, correlation_id: str) -> None:
        """Note the message of a task, in the transaction that creates the task."""
        await self._session.execute(
            insert(OutboxMessage)
            .values(
                task_id=task_id,
                queue=queue,
                correlation_id=correlation_id,
                publish_after=func.now() + HEAD_START,
            )
            .inline()
        )

    async def published(self, task_ids: Sequence[uuid.UUID]) -> None:
        """Note that the broker has confirmed messages."""
        doubled = REPEAT_AFTER_SECONDS * func.power(2.0, OutboxMessage.publications)
        await self._session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.task_id.in_(task_ids))
            .values(
                publications=OutboxMessage.publications + 1,
                publish_after=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, doubled),
            )
            .execution_options(synchronize_session=False)
        )

    async def due(self, queue: str, limit: int) -> Sequence[OutboxMessage]:
        """Lock and return messages whose time has come, except what another relay has locked."""
        statement = (
            select(OutboxMessage)
            .where(OutboxMessage.queue == queue, OutboxMessage.publish_after <= func.now())
            .order_by(OutboxMessage.publish_after)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self._session.execute(statement)).scalars().all()
