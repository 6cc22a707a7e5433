"""The worker's connection to Redis."""

from functools import partial

from celery.worker import consumer
from kombu import Connection

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 1.0


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
