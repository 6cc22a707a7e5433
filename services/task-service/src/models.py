"""What the API takes and gives (spec 003, T020, T021, T041, T042)."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from src.circuits.limits import DEFAULT_SHOTS, MAX_SHOTS, SOURCE_LENGTH
from src.db.models import Task, TaskStatus

# Microseconds since 1970 and a task's id: whatever matches is a place in the list.
CURSOR_PATTERN = "^[0-9]{16}-[0-9a-f]{32}$"
IDEMPOTENCY_KEY_PATTERN = "^[!-~]{1,255}$"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _whole(value: object) -> object:
    """To JSON Schema, 2.0 is a whole number, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class TaskSubmit(BaseModel):
    """A circuit to be run."""

    model_config = ConfigDict(extra="forbid", strict=True)

    circuit: Annotated[
        str,
        Field(
            min_length=1,
            max_length=SOURCE_LENGTH,
            pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
            description="OpenQASM 3, or the name of a built-in circuit: bell, ghz, test",
            examples=["bell"],
        ),
    ]
    shots: Annotated[
        int,
        Field(ge=1, le=MAX_SHOTS, description="how often it is run"),
        BeforeValidator(_whole),  # last, or the document would lack the limits
    ] = DEFAULT_SHOTS


class TaskSubmitResponse(BaseModel):
    """The answer to a submission; the same again for the same Idempotency-Key."""

    task_id: uuid.UUID
    status: Literal[TaskStatus.PENDING] = TaskStatus.PENDING
    submitted_at: datetime


class StatusHistoryEntry(BaseModel):
    """One transition of a task."""

    model_config = ConfigDict(from_attributes=True)

    status: TaskStatus
    transitioned_at: datetime
    notes: str | None


class Result(BaseModel):
    """How often each outcome was measured; the last qubit's bit comes first."""

    counts: dict[str, int]
    shots: int


class TaskSummary(BaseModel):
    """A task as the list shows it."""

    task_id: uuid.UUID
    status: TaskStatus
    shots: int
    submitted_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, task: Task) -> "TaskSummary":
        """Of a row."""
        return cls(
            task_id=task.task_id,
            status=task.current_status,
            shots=task.shots,
            submitted_at=task.submitted_at,
            completed_at=task.completed_at,
        )


class TaskStatusResponse(TaskSummary):
    """A task with all that is known of it."""

    circuit: str
    result: Result | None
    error_message: str | None
    status_history: list[StatusHistoryEntry]

    @classmethod
    def of(cls, task: Task) -> "TaskStatusResponse":
        """Of a row that was loaded with its history."""
        return cls(
            **TaskSummary.of(task).model_dump(),
            circuit=task.circuit,
            result=Result.model_validate(task.result) if task.result is not None else None,
            error_message=task.error_message,
            status_history=[
                StatusHistoryEntry.model_validate(entry) for entry in task.status_history
            ],
        )


class TaskList(BaseModel):
    """A page of tasks, the newest first; `next_cursor` is null on the last page."""

    tasks: list[TaskSummary]
    next_cursor: str | None


def cursor_of(task: Task) -> str:
    """Where the list goes on after this task."""
    microseconds = (task.submitted_at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds:016d}-{task.task_id.hex}"


def parse_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    """The place that a cursor of CURSOR_PATTERN names."""
    microseconds, _, task_id = cursor.partition("-")
    return _EPOCH + timedelta(microseconds=int(microseconds)), uuid.UUID(task_id)


_CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def parse_task_id(text: str) -> uuid.UUID | None:
    """The task id in its usual form; None where it is malformed."""
    return uuid.UUID(text) if _CANONICAL.fullmatch(text) else None
