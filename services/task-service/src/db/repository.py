"""Every query of the service (spec 003, T014, T028, T036 to T039)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Interval,
    Select,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only, selectinload

from src.db.models import NOTES_LENGTH, OutboxMessage, StatusHistory, Task, TaskStatus

# How long the relay leaves a message to the request that wrote it.
HEAD_START = timedelta(seconds=5)
# When a message is published again whose task has not ended: it may have been purged, or lost with
# the broker's disk. Doubled each time, so that a long queue is not made longer by it.
REPEAT_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class Claim:
    """A worker's right to run a task and to store its result, until its lease ends."""

    task_id: uuid.UUID
    token: uuid.UUID
    circuit: str
    shots: int
    attempt: int


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

    async def get_task(self, task_id: uuid.UUID) -> Task | None:
        """Return the task without its history."""
        return await self._session.get(Task, task_id)

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

    async def claim_task(self, task_id: uuid.UUID, token: uuid.UUID, lease: float) -> Claim | None:
        """Take a pending task, or one whose worker let its lease of `lease` seconds end.

        None if there is no such task, if it is done, or if another worker is at it.
        """
        values = {"wanted": task_id, "token": token, "lease": timedelta(seconds=lease)}
        row = (await self._session.execute(_CLAIM, values)).one_or_none()
        if row is None:
            return None
        return Claim(task_id, token, row.circuit, row.shots, row.attempts)

    async def renew_lease(self, claim: Claim, lease: float) -> bool:
        """Keep the claim for `lease` more seconds; False if another worker has it now."""
        statement = update(Task).where(*_HELD).values(lease_until=_LEASE_END)
        values = {"wanted": claim.task_id, "token": claim.token, "lease": timedelta(seconds=lease)}
        renewed = await self._session.execute(statement.returning(Task.task_id), values)
        return bool(renewed.first())

    async def update_task_status(
        self,
        claim: Claim,
        status: TaskStatus,
        notes: str,
        *,
        result: dict[str, Any] | None = None,
        error_message: str | None = None,
    ) -> bool:
        """End a task that is in processing under this claim, else change nothing (False).

        The condition is the optimistic lock: of several runs, one ends the task.
        """
        values = {
            "wanted": claim.task_id,
            "token": claim.token,
            "ended_as": status,
            "with_result": result,
            "with_error": error_message,
            "noted_status": status.value,
            "with_notes": notes[:NOTES_LENGTH],
        }
        return (await self._session.execute(_END, values)).first() is not None


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


# The worker's statements, made once: to make one takes longer than to run it.
_WANTED = bindparam("wanted", type_=Task.task_id.type)
_TOKEN = bindparam("token", type_=Task.claim.type)
_LEASE_END = func.clock_timestamp() + bindparam("lease", type_=Interval())
_HELD = (
    Task.task_id == _WANTED,
    Task.current_status == TaskStatus.PROCESSING,
    Task.claim == _TOKEN,
)


def _noted(changed: CTE, status: ColumnElement[str], notes: ColumnElement[str]) -> Select[Any]:
    """The history entry of the task that `changed` changes, if it changes one."""
    return select(changed.c.task_id, status.label("status"), notes.label("notes"))


def _insert(entry: Select[Any]) -> CTE:
    """Its insertion, in the same statement: half the way to the database and back."""
    return insert(StatusHistory).from_select(["task_id", "status", "notes"], entry).cte("noted")


def _claim_statement() -> Select[Any]:
    abandoned = and_(
        Task.current_status == TaskStatus.PROCESSING, Task.lease_until < func.clock_timestamp()
    )
    claimed = (
        update(Task)
        .where(Task.task_id == _WANTED, or_(Task.current_status == TaskStatus.PENDING, abandoned))
        .values(
            current_status=TaskStatus.PROCESSING,
            claim=_TOKEN,
            lease_until=_LEASE_END,
            attempts=Task.attempts + 1,
        )
        .returning(Task.task_id, Task.circuit, Task.shots, Task.attempts)
        .cte("claimed")
    )
    status, notes = (
        literal(TaskStatus.PROCESSING.value, String),
        literal("Worker started processing"),
    )
    # Whoever takes a task over finds it in processing: no transition, no second entry.
    noted = _noted(claimed, status, notes).where(claimed.c.attempts == 1)
    told = select(claimed.c.circuit, claimed.c.shots, claimed.c.attempts)
    return told.add_cte(_insert(noted))


def _end_statement() -> Select[Any]:
    ended = (
        update(Task)
        .where(*_HELD)
        .values(
            current_status=bindparam("ended_as", type_=Task.current_status.type),
            completed_at=func.now(),
            result=bindparam("with_result", type_=Task.result.type),
            error_message=bindparam("with_error", type_=Task.error_message.type),
            lease_until=None,
        )
        .returning(Task.task_id)
        .cte("ended")
    )
    status, notes = (bindparam(name, type_=String()) for name in ("noted_status", "with_notes"))
    noted = _insert(_noted(ended, status, notes))
    message = delete(OutboxMessage).where(OutboxMessage.task_id == ended.c.task_id).cte("message")
    return select(ended.c.task_id).add_cte(noted, message)


_CLAIM, _END = _claim_statement(), _end_statement()
