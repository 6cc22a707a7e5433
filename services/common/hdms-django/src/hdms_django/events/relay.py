"""Sends what is recorded to RabbitMQ, and forgets what RabbitMQ has confirmed."""

import time

from django.conf import settings
from django.db import connection, transaction
from pika.adapters.blocking_connection import BlockingChannel

from hdms_django.events import broker, look_again
from hdms_django.events.loop import Loop
from hdms_django.events.models import Outbox

# Without a hint: while Redis is away, or where the last event came from a process that was killed.
LOOK_SECONDS = 0.5
BATCH = 500
# A transaction holds one of PostgreSQL's connections, and what was sent in one that fails is sent
# again.
BATCH_SECONDS = 0.7


class Relay(Loop):
    """Of all relays of a service one works at a time, so that the order is kept."""

    name = "relay"

    def __init__(self) -> None:
        super().__init__()
        self._hints = look_again.Hints()

    def work(self) -> None:
        with broker.channel_for("relay") as channel:
            broker.declare_exchange(channel)
            while not self.stopping.is_set():
                sent = send_waiting(channel)
                self.went_well()
                self.beat()
                if not sent:
                    self._hints.wait(LOOK_SECONDS, self.stopping.wait)
                    channel.connection.process_data_events(0)  # its heartbeats


def send_waiting(channel: BlockingChannel) -> int:
    """Send the oldest of what waits, in its order; return how many.

    What was sent and not forgotten, since this process was killed in between, is sent again, and
    takes no second effect (Inbox).
    """
    deadline = time.monotonic() + BATCH_SECONDS
    with transaction.atomic():
        if not _is_first():
            return 0
        sent = []
        for waiting in Outbox.objects.select_related("event").order_by("event_id")[:BATCH]:
            event = waiting.event
            broker.publish(channel, broker.EXCHANGE, event.type, event.as_message, event.request_id)
            sent.append(waiting.pk)
            if time.monotonic() > deadline:
                break
        Outbox.objects.filter(pk__in=sent).delete()
    return len(sent)


def _is_first() -> bool:
    """Whether no other relay of this service works; none can while the transaction lasts."""
    with connection.cursor() as cursor:
        key = f"hdms-relay:{settings.SERVICE}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [key])
        (first,) = cursor.fetchone()
    return bool(first)
