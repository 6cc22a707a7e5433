"""What a worker does with a message (spec 003, T029 to T032, T043)."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from aio_pika.abc import AbstractIncomingMessage

from hdms_common.request_id import request_id
from src.circuits.runner import CircuitRunner
from src.config import Settings
from src.db.claims import Claim, ClaimRepository
from src.db.models import TaskStatus
from src.db.session import Database
from src.errors import CircuitRefused, CircuitTooSlow, DatabaseUnavailable, SimulatorDied
from src.queue import backoff, slow_queue
from src.queue.consumer import Verdict

LOOK_AGAIN_SECONDS = 0.25
# For so long a worker that is told to stop tries to store what it has; another runs it again else.
STORE_SECONDS = 5.0

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Stopping(Exception):
    """The worker was told to stop while it waited; the message goes back to the queue."""


class TaskExecutor:
    """Claims a message's task, runs its circuit and stores the outcome.

    The database decides who runs a task and whose result counts; the queue only brings tasks to
    mind. So a message may come twice, or late, or to two workers, without harm.

    Args:
        stopping: set when the worker is to stop.
        slow: whether it runs what was handed over, to the end; else it hands over what takes long.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        runner: CircuitRunner,
        stopping: asyncio.Event,
        *,
        slow: bool = False,
    ) -> None:
        self._settings = settings
        self._database = database
        self._runner = runner
        self._stopping = stopping
        self._slow = slow

    async def handle(self, message: AbstractIncomingMessage) -> Verdict:
        """Work on one message to the end; what is to become of it."""
        try:
            task_id = uuid.UUID(json.loads(message.body)["task_id"])
        except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
            log.error("no task's message, dead-lettered", size_bytes=len(message.body))
            return Verdict.DEAD_LETTER
        with structlog.contextvars.bound_contextvars(task_id=str(task_id)):
            try:
                claim = await self._claim(task_id, redelivered=bool(message.redelivered))
                return Verdict.ACKNOWLEDGE if claim is None else await self._work_on(claim)
            except Stopping:
                return Verdict.REQUEUE
            except Exception:
                # A defect, of ours or of the database's content. The claim's attempts are counted.
                log.exception("the task could not be worked on")
                await asyncio.sleep(1)
                return Verdict.REQUEUE

    async def _claim(self, task_id: uuid.UUID, *, redelivered: bool) -> Claim | None:
        """Take the task; None if nothing is left to do for this message."""
        lease, token = self._settings.lease, uuid.uuid4()
        while True:
            claim = await self._insist(
                lambda tasks: tasks.claim_task(task_id, token, lease, slow=self._slow)
            )
            if claim is not None:
                return claim
            task = await self._insist(lambda tasks: tasks.get_task(task_id))
            if task is None:
                log.warning("unknown task, message dropped")
                return None
            if task.current_status is not TaskStatus.PROCESSING:
                log.info("task is done already, duplicate skipped", status=task.current_status)
                return None
            if task.claim == token:
                # It is our own: the answer to its commit was lost.
                return Claim(task_id, token, task.circuit, task.shots, task.attempts)
            if task.queue == slow_queue(self._settings.queue) and not self._slow:
                log.info("it was handed over, duplicate skipped")
                return None
            if not redelivered:
                # Whoever is at it holds another message, which comes back should they die.
                log.info("another worker is at it, duplicate skipped")
                return None
            # Our message was somebody's who lost the broker, or died: then the lease ends soon.
            await self._pause(LOOK_AGAIN_SECONDS)

    async def _work_on(self, claim: Claim) -> Verdict:
        # It was begun once in the quick lane before.
        limit = self._settings.max_attempts + self._slow
        if claim.attempt > limit:
            log.error("given up, message dead-lettered", attempts=limit)
            await self._end(
                claim,
                TaskStatus.FAILED,
                f"Given up after {limit} attempts",
                error_message=f"The task was begun {limit} times and never ended: each time the "
                "simulator or the worker died.",
            )
            return Verdict.DEAD_LETTER
        log.info("processing task", attempt=claim.attempt, shots=claim.shots)
        run = f" (attempt {claim.attempt})" if claim.attempt > 1 else ""
        renewing = asyncio.create_task(self._keep_lease(claim))
        try:
            result = await self._runner.run(claim.circuit, claim.shots)
        except CircuitTooSlow as error:
            if self._slow or self._settings.quick_limit >= self._settings.time_limit:
                await self._fail(claim, run, error)
            else:
                await self._hand_over(claim)
        except CircuitRefused as error:
            await self._fail(claim, run, error)
        except SimulatorDied as error:
            log.error("the simulator died", reason=str(error), attempt=claim.attempt)
            await self._insist(lambda tasks: tasks.renew_lease(claim, 0))
            return Verdict.REQUEUE
        else:
            await self._end(
                claim, TaskStatus.COMPLETED, f"Task completed successfully{run}", result=result
            )
        finally:
            renewing.cancel()
        return Verdict.ACKNOWLEDGE

    async def _fail(self, claim: Claim, run: str, error: CircuitRefused) -> None:
        await self._end(claim, TaskStatus.FAILED, f"Task failed{run}", error_message=str(error))

    async def _hand_over(self, claim: Claim) -> None:
        """Let what waits go first: the slow lane runs this one, from its beginning."""
        queue, correlation_id = slow_queue(self._settings.queue), request_id.get()
        await self._insist(
            lambda tasks: tasks.hand_over(claim, queue, correlation_id), patience=STORE_SECONDS
        )
        log.info("it takes long: handed over", queue=queue)

    async def _end(
        self,
        claim: Claim,
        status: TaskStatus,
        notes: str,
        *,
        result: dict[str, Any] | None = None,
        error_message: str | None = None,
    ) -> None:
        ended = await self._insist(
            lambda tasks: tasks.update_task_status(
                claim, status, notes, result=result, error_message=error_message
            ),
            patience=STORE_SECONDS,
        )
        if ended:
            log.info("task ended", status=status.value, error_message=error_message)
        else:
            log.warning("another worker has taken the task over: our result is dropped")

    async def _keep_lease(self, claim: Claim) -> None:
        """Renew the lease while the circuit runs, so that nobody takes the task over."""
        lease = self._settings.lease
        while True:
            await asyncio.sleep(lease / 3)
            with suppress(DatabaseUnavailable):
                async with self._database.connection() as connection:
                    if not await ClaimRepository(connection).renew_lease(claim, lease):
                        log.warning("the lease was lost")
                        return

    async def _insist(
        self,
        ask: Callable[[ClaimRepository], Awaitable[T]],
        *,
        patience: float = 0.0,
    ) -> T:
        """Ask the database, again and again while it is away.

        Each question is safe to ask twice: should the answer to a commit be lost, the second finds
        a claim that ends by itself, or a result that is stored.

        Args:
            patience: seconds for which it goes on after it was told to stop.

        Raises:
            Stopping: told to stop meanwhile. Nothing is lost: the message goes back to the queue.
        """
        waited = 0.0
        for pause in backoff():
            try:
                async with self._database.connection() as connection:
                    return await ask(ClaimRepository(connection))
            except DatabaseUnavailable as error:
                log.error("the database is away", reason=str(error), limit_key="database")
            if waited >= patience:
                await self._pause(pause)
            else:
                await asyncio.sleep(pause)
                waited += pause if self._stopping.is_set() else 0
        raise AssertionError("backoff() has an end")

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        if self._stopping.is_set():
            raise Stopping
