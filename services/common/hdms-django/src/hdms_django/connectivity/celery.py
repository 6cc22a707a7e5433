"""The proof that a worker runs a task through Redis database 2 and that its result returns."""

import time
import uuid
from typing import Any

from celery import Celery, current_app
from celery.exceptions import TimeoutError as ResultTimeoutError
from celery.result import AsyncResult
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from hdms_common.result import CheckFailed, Proof
from hdms_django.connectivity import redis
from hdms_django.redis_settings import CELERY_DATABASE

ECHO_TASK = "hdms.echo"
PING_SECONDS = 2.0
RESULT_SECONDS = 3.0


def echo(text: str) -> str:
    """The task that the check runs; the service's Celery app registers it as ECHO_TASK."""
    return text


def check() -> Proof:
    """Prove a task by name and its result. Publishes nothing while no worker answers."""
    app: Celery = current_app._get_current_object()
    client = redis.connect(current_app.conf.broker_url)
    try:
        worker = _ping(app)
        with app.connection_for_write() as broker:
            database = int(broker.default_channel.client.client_info()["db"])
        redis.require_database(database, CELERY_DATABASE)
        round_trip_ms = _round_trip(app, client)
    except (OperationalError, RedisError) as error:
        raise redis.explain(error) from error
    finally:
        client.close()
    return Proof(
        f"worker {worker} ran a task through Redis at {redis.address()}, "
        f"database {CELERY_DATABASE}, and returned its result",
        {"database": CELERY_DATABASE, "worker": worker, "round_trip_ms": round_trip_ms},
    )


def _ping(app: Celery) -> str:
    """The name of the first worker that answers."""
    answers = app.control.ping(limit=1, timeout=PING_SECONDS)
    if not answers:
        raise CheckFailed(
            f"{settings.SERVICE}: no Celery worker answers through Redis at {redis.address()}",
            "start the worker: `inv services.up`",
        )
    return str(next(iter(answers[0])))


def _round_trip(app: Celery, client: redis.Client) -> float:
    """Send ECHO_TASK, wait for its result, forget it; the milliseconds that took."""
    text = uuid.uuid4().hex
    start = time.perf_counter()
    result: AsyncResult = app.send_task(ECHO_TASK, [text], expires=RESULT_SECONDS)
    try:
        answer = result.get(timeout=RESULT_SECONDS, disable_sync_subtasks=False)
    except ResultTimeoutError as error:
        raise CheckFailed(
            f"{settings.SERVICE}: the worker took a task from Redis but returned no result "
            f"within {RESULT_SECONDS:.0f} s",
            f"it may be busy: `inv services.logs {settings.SERVICE}`",
        ) from error
    finally:
        result.forget()
    round_trip_ms = round((time.perf_counter() - start) * 1000, 2)
    if answer != text:
        raise CheckFailed(
            f"{settings.SERVICE}: a task through Redis returned {answer!r}, expected {text!r}",
            "another project's worker may use this Redis: `inv doctor`",
        )
    _require_acknowledged(app, client, result.id)
    return round_trip_ms


def _require_acknowledged(app: Celery, client: redis.Client, task_id: str) -> None:
    """The worker acknowledges after the result is stored: allow it a second."""
    queue = app.conf.task_default_queue
    deadline = time.monotonic() + 1
    while True:
        # redis-py's types allow for awaitables.
        queued: Any = client.lrange(queue, 0, -1)
        unacknowledged: Any = client.hvals("unacked")
        waiting = [*queued, *unacknowledged]
        if not any(task_id.encode() in message for message in waiting):
            return
        if time.monotonic() > deadline:
            raise CheckFailed(
                f"{settings.SERVICE}: the task ran but is still in Redis' queue {queue!r}",
                f"`inv infra.restart {settings.SERVICE.removesuffix('-service')}-worker`",
            )
        time.sleep(0.01)
