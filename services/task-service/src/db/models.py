"""The tables (spec 003, T006, T012, T013). They name no schema: the role's search_path does."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NOTES_LENGTH = 500


class TaskStatus(enum.StrEnum):
    """Where a task is: pending -> processing -> completed or failed, and nothing else."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


# Text and a check: a type of PostgreSQL's own would have to be looked up by every new connection.
_STATUS = Enum(
    TaskStatus,
    native_enum=False,
    length=16,
    create_constraint=False,
    values_callable=lambda kind: [status.value for status in kind],
)
_STATUSES = ", ".join(f"'{status.value}'" for status in TaskStatus)
_NOW = func.now()


class Base(DeclarativeBase):
    """What all tables share: names for constraints, so that a migration can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Task(Base):
    """A circuit that somebody wants run.

    Attributes:
        claim: the worker's run that may store the result; a later claim makes it void.
        lease_until: when that run counts as dead, unless it renews its lease before.
        attempts: how many runs have begun.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"current_status IN ({_STATUSES})", name="status"),
        # Both serve the keyset pagination, which walks from the newest to the oldest.
        Index(None, "submitted_at", "task_id"),
        Index(None, "current_status", "submitted_at", "task_id"),
    )

    task_id: Mapped[uuid.UUID] = mapped_column(UUID(), primary_key=True, default=uuid.uuid4)
    circuit: Mapped[str] = mapped_column(Text)
    shots: Mapped[int] = mapped_column(Integer)
    idempotency_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    current_status: Mapped[TaskStatus] = mapped_column(_STATUS, default=TaskStatus.PENDING)
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    error_message: Mapped[str | None] = mapped_column(Text)
    claim: Mapped[uuid.UUID | None] = mapped_column(UUID())
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, default=0)

    status_history: Mapped[list[StatusHistory]] = relationship(
        order_by="StatusHistory.id", passive_deletes=True, lazy="raise"
    )


class StatusHistory(Base):
    """One transition of one task. No status twice: the database itself forbids a second result."""

    __tablename__ = "status_history"
    __table_args__ = (
        UniqueConstraint("task_id", "status"),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Task.task_id, ondelete="CASCADE"))
    status: Mapped[TaskStatus] = mapped_column(_STATUS)
    transitioned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    notes: Mapped[str | None] = mapped_column(String(NOTES_LENGTH))


class OutboxMessage(Base):
    """A task's message, written in the transaction that creates the task, kept until its end.

    Attributes:
        queue: where to; processes that serve another queue leave it alone.
        publish_after: when the relay publishes it, should the task not have ended by then.
        publications: how often the broker has confirmed it.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "queue", "publish_after"),)

    task_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Task.task_id, ondelete="CASCADE"), primary_key=True
    )
    queue: Mapped[str] = mapped_column(String(100))
    correlation_id: Mapped[str] = mapped_column(String(128))
    publish_after: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    publications: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
