"""Events for the tests: a service of its own to take them, and a consumer that runs."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika
from django.conf import settings
from django.utils import timezone
from pika.adapters.blocking_connection import BlockingChannel

from hdms_django.events.consumer import Consumer
from hdms_django.events.queues import queue_of


def message(type: str, **changed: Any) -> dict[str, Any]:
    """An event of ticket-service's as it is sent."""
    return {
        "id": str(uuid.uuid4()),
        "type": type,
        "schema": 1,
        "subject": ["trial", "1"],
        "position": 1,
        "at": timezone.now().isoformat(),
        "by": None,
        "before": None,
        "after": None,
        "reason": "",
        **changed,
    }


def deliver(channel: BlockingChannel, event: dict[str, Any] | bytes) -> None:
    """Put an event, or something else, into the queue of this service."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    identity = event["id"] if isinstance(event, dict) else str(uuid.uuid4())
    properties = pika.BasicProperties(
        message_id=identity, type="trial", app_id="ticket-service", delivery_mode=2
    )
    channel.basic_publish("", queue_of(settings.SERVICE), body, properties, mandatory=True)


@contextmanager
def consumer_running() -> Iterator[Consumer]:
    """A consumer of this service, in a thread."""
    consumer = Consumer()
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        yield consumer
    finally:
        consumer.stopping.set()
        thread.join()
