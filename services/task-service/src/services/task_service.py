"""Submit a task: into the database and onto the queue, both or neither (spec 003, T024)."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import structlog

from hdms_common.request_id import request_id
from src.db.repository import OutboxRepository, TaskRepository
from src.db.session import Database
from src.errors import DatabaseUnavailable, QueueUnavailable
from src.queue.publisher import QueuePublisher

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Submission:
    """What is known of a task when it is submitted; `created` is False for a repetition."""

    task_id: uuid.UUID
    submitted_at: datetime
    created: bool


class KeyReused(Exception):
    """The Idempotency-Key stands for another task."""


class TaskService:
    """Coordinates database and queue by a transactional outbox.

    The message is written in the transaction that creates the task, and published only after it:
    there is no message without a task. If nobody is left to publish it, or it gets lost, a relay
    publishes it (see src/services/relay.py): there is no task without a message.
    """

    def __init__(self, database: Database, publisher: QueuePublisher) -> None:
        self._database = database
        self._publisher = publisher

    async def submit_task(
        self, circuit: str, shots: int, idempotency_key: str | None
    ) -> Submission:
        """Store the task, then publish its message.

        Raises:
            KeyReused: the key was used before, for another circuit or number of shots.
            QueueUnavailable: nothing was stored.
            DatabaseUnavailable: nothing was stored, as far as one can know; the key, given
                again, tells.
        """
        await self._publisher.require_queue()
        correlation_id = request_id.get()
        async with self._database.transaction() as session:
            tasks = TaskRepository(session)
            task = await tasks.create_task(circuit, shots, idempotency_key)
            if task is None:
                assert idempotency_key is not None  # noqa: S101 (nothing else conflicts)
                first = await tasks.get_task_by_idempotency_key(idempotency_key)
                if (first.circuit, first.shots) != (circuit, shots):
                    raise KeyReused
                return Submission(first.task_id, first.submitted_at, created=False)
            await OutboxRepository(session).add(task.task_id, self._publisher.queue, correlation_id)
        await self._publish(task.task_id, correlation_id)
        return Submission(task.task_id, task.submitted_at, created=True)

    async def _publish(self, task_id: uuid.UUID, correlation_id: str) -> None:
        """Publish at once what is stored. Whatever fails here, the relay makes good."""
        try:
            await self._publisher.publish_task_message(task_id, correlation_id)
            async with self._database.transaction() as session:
                await OutboxRepository(session).published([task_id])
        except (QueueUnavailable, DatabaseUnavailable) as error:
            log.warning("left to the relay", task_id=str(task_id), reason=str(error))
