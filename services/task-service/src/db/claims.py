"""The worker's queries (spec 003, T028, T037 to T039)."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Interval,
    Row,
    Select,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from src.db.models import NOTES_LENGTH, OutboxMessage, StatusHistory, Task, TaskStatus


@dataclass(frozen=True)
class Claim:
    """A worker's right to run a task and to store its result, until its lease ends."""

    task_id: uuid.UUID
    token: uuid.UUID
    circuit: str
    shots: int
    attempt: int


class ClaimRepository:
    """The tasks as a worker takes, keeps and ends them, in the transaction of `connection`.

    Not a session: the ORM takes a quarter of the time of such a statement.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_task(
        self, task_id: uuid.UUID
    ) -> Row[TaskStatus, uuid.UUID | None, str, int, int, str] | None:
        """Return the task's current_status, claim, circuit, shots, attempts and queue."""
        return (await self._connection.execute(_TASK, {"wanted": task_id})).one_or_none()

    async def claim_task(
        self, task_id: uuid.UUID, token: uuid.UUID, lease: float, *, slow: bool
    ) -> Claim | None:
        """Take a pending task, or one whose worker let its lease of `lease` seconds end.

        The slow lane takes what was handed over to it, too.

        None if there is no such task, if it is done, or if another worker is at it.
        """
        values = {
            "wanted": task_id,
            "token": token,
            "lease": timedelta(seconds=lease),
            "slow": slow,
        }
        row = (await self._connection.execute(_CLAIM, values)).one_or_none()
        if row is None:
            return None
        return Claim(task_id, token, row.circuit, row.shots, row.attempts)

    async def renew_lease(self, claim: Claim, lease: float) -> bool:
        """Keep the claim for `lease` more seconds; False if another worker has it now."""
        values = {"wanted": claim.task_id, "token": claim.token, "lease": timedelta(seconds=lease)}
        return (await self._connection.execute(_RENEW, values)).first() is not None

    async def hand_over(self, claim: Claim, queue: str, correlation_id: str) -> bool:
        """Give the task up for whoever serves `queue`; the relay publishes its message there."""
        values = {
            "wanted": claim.task_id,
            "token": claim.token,
            "to_queue": queue,
            "with_correlation": correlation_id,
        }
        return (await self._connection.execute(_HAND_OVER, values)).first() is not None

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
        return (await self._connection.execute(_END, values)).first() is not None


# Made once: to make one takes longer than to run it.
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
    # Without a lease, none ends: nobody else takes it.
    handed_over = and_(
        Task.current_status == TaskStatus.PROCESSING,
        Task.lease_until.is_(None),
        bindparam("slow", type_=Boolean()),
    )
    claimed = (
        update(Task)
        .where(
            Task.task_id == _WANTED,
            or_(Task.current_status == TaskStatus.PENDING, abandoned, handed_over),
        )
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


def _hand_over_statement() -> Select[Any]:
    given_up = (
        update(Task).where(*_HELD).values(lease_until=None).returning(Task.task_id).cte("given_up")
    )
    queue = bindparam("to_queue", type_=String())
    correlation_id = bindparam("with_correlation", type_=String())
    message = (
        insert(OutboxMessage)
        .from_select(
            ["task_id", "queue", "correlation_id", "publish_after", "publications"],
            select(given_up.c.task_id, queue, correlation_id, func.now(), literal(0)),
        )
        .on_conflict_do_update(
            index_elements=[OutboxMessage.task_id],
            set_={"queue": queue, "publish_after": func.now(), "publications": 0},
        )
        .cte("message")
    )
    return select(given_up.c.task_id).add_cte(message)


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


_TASK = (
    select(
        Task.current_status,
        Task.claim,
        Task.circuit,
        Task.shots,
        Task.attempts,
        OutboxMessage.queue,
    )
    .outerjoin(OutboxMessage, OutboxMessage.task_id == Task.task_id)
    .where(Task.task_id == _WANTED)
)
_CLAIM, _END, _HAND_OVER = _claim_statement(), _end_statement(), _hand_over_statement()
_RENEW = update(Task).where(*_HELD).values(lease_until=_LEASE_END).returning(Task.task_id)
