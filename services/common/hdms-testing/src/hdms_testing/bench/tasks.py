"""A task's way through Redis to the worker and its result's way back, ours and Celery's own."""

import secrets
from functools import partial

from celery import Celery, current_app
from celery.exceptions import TimeoutError as ResultTimeoutError
from django.core.management.base import CommandError

from hdms_django.connectivity import redis
from hdms_django.connectivity.celery import ECHO_TASK
from hdms_testing.bench.celery_worker import BROKER, QUEUE, bare_app
from hdms_testing.bench.rounds import Row, medians, timed
from hdms_testing.bench.servers import running

REPEATS = 3
RESULT_SECONDS = 20.0

WHY = (
    "a task that returns its argument; bare: Celery's default settings and a worker of its own. "
    "Ours acknowledges a task when it is done, not before, and fetches one at a time: a worker "
    "that dies loses none"
)


def rows(rounds: int) -> list[Row]:
    """Compare the running worker with one that has Celery's default settings. Leaves no key."""
    queue = f"bench-{secrets.token_hex(6)}@localhost"  # a worker's name has an @
    broker = current_app.conf.broker_url
    ours: Celery = current_app._get_current_object()
    bare = bare_app(broker, queue)
    command = ["-m", bare_app.__module__]

    def ready() -> bool:
        return bool(bare.control.ping([queue], timeout=0.2))

    try:
        with running(command, ready, {BROKER: broker, QUEUE: queue}):
            operations = {"ours": partial(_round_trip, ours), "bare": partial(_round_trip, bare)}
            found = medians(operations, rounds, REPEATS)
    finally:
        bare.close()
        client = redis.connect(broker)
        client.delete(queue, *client.scan_iter(f"*{queue}*"))
        client.close()
    return [timed("celery, task and result", found["ours"], found["bare"], WHY)]


def _round_trip(app: Celery) -> None:
    text = secrets.token_hex(8)
    result = app.send_task(ECHO_TASK, [text], expires=RESULT_SECONDS)
    try:
        answer = result.get(timeout=RESULT_SECONDS, disable_sync_subtasks=False)
    except ResultTimeoutError as error:
        raise CommandError(f"no worker of {app.main} ran a task in {RESULT_SECONDS:g} s") from error
    finally:
        result.forget()
    if answer != text:
        raise CommandError(f"the worker of {app.main} returned {answer!r}, expected {text!r}")
