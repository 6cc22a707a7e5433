"""The worker's connection to Redis."""

from functools import partial
from typing import Any

from celery import bootsteps
from celery.worker import consumer, state
from kombu import Connection

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 1.0


CHECK_SECONDS = 1.0


class ListenAgain(bootsteps.StartStopStep):
    """Connects anew when the worker has nothing to do and yet asks for nothing.

    Redis went just when a task was to be acknowledged: Celery logs that and goes on counting the
    task as unacknowledged. With as many of them as the worker fetches, it never asks again.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        self._was_deaf = False
        self._timer = consumer.timer.call_repeatedly(CHECK_SECONDS, self._check, (consumer,))

    def stop(self, consumer: Any) -> None:
        self._timer.cancel()

    def _check(self, consumer: Any) -> None:
        is_deaf = (
            not state.reserved_requests and not consumer.task_consumer.channel.qos.can_consume()
        )
        if is_deaf and self._was_deaf:  # twice: not in the instant before an acknowledgement
            raise ConnectionError("the worker's acknowledgements were lost")
        self._was_deaf = is_deaf


class Consumer(consumer.Consumer):
    """Connects again within a second of Redis' return (spec 001 SC-006: 5 s).

    Celery's own pauses are 2, 4, 6 ... 30 s, and no setting changes them.
    """

    def ensure_connected(self, conn: Connection) -> Connection:
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=FIRST_PAUSE_SECONDS,
            interval_step=FIRST_PAUSE_SECONDS,
            interval_max=LONGEST_PAUSE_SECONDS,
        )
        return super().ensure_connected(conn)
