"""Proves the whole way of an event: recorded, sent, taken, and of one effect at each service."""

import json
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pika.adapters.blocking_connection import BlockingChannel

from hdms_common.result import CheckFailed, Proof
from hdms_django.events import broker, models
from hdms_django.events.effects import Received, effect
from hdms_django.events.recording import record

TYPE = "events.proven"
LIMIT_SECONDS = 6.0
# Longer than anybody compares.
KEPT = timedelta(days=1)


@effect(TYPE)
def count(received: Received) -> None:
    """Store that the event has taken effect; tell who asks, how often it has."""
    effects = models.Proof.objects.filter(event_id=received.id)
    models.Proof.objects.create(
        event_id=received.id,
        position=received.position,
        subject=received.subject[1],
        sender=received.sender,
    )
    answer = {
        "event": str(received.id),
        "service": settings.SERVICE,
        "effects": effects.count(),
        "milliseconds": (timezone.now() - received.at).total_seconds() * 1000,
    }
    if to := (received.after or {}).get("answer_to"):
        received.answers.append((to, answer))
    models.Proof.objects.filter(at__lt=timezone.now() - KEPT).delete()


def check(consumers: Sequence[str]) -> Proof:
    """Send an event; it must take effect once at each of these services, within LIMIT_SECONDS.

    Raises:
        CheckFailed: it has not.
    """
    try:
        with broker.channel_for("proof") as channel:
            answers = Asking(channel).ask(consumers)
    except broker.OUTAGES as error:
        raise broker.explain(error) from error
    finally:
        connection.close()
    if missing := sorted(set(consumers) - answers.keys()):
        raise CheckFailed(
            f"{settings.SERVICE}: an event had no effect in {', '.join(missing)} within "
            f"{LIMIT_SECONDS:g} s",
            "`inv events.status` shows where it waits; the worker's log: `inv services.logs`",
        )
    if more := sorted(service for service, answer in answers.items() if answer["effects"] != 1):
        raise CheckFailed(
            f"{settings.SERVICE}: an event took effect more than once in {', '.join(more)}",
            "this is a defect: please report it",
        )
    slowest = round(max(answers[service]["milliseconds"] for service in consumers), 1)
    return Proof(
        f"one effect in each of {len(consumers)} services, after {slowest:g} ms at most",
        {"effect_ms": slowest},
    )


class Asking:
    """Sends events and waits for the answers to them, on a queue of its own."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._queue = channel.queue_declare("", exclusive=True).method.queue
        self._arriving = channel.consume(self._queue, auto_ack=True, inactivity_timeout=0.1)

    def ask(self, consumers: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Send an event; return service -> its answer, as soon as these have answered."""
        with transaction.atomic():
            event = record(
                TYPE, ("proof", str(uuid.uuid4())), by=None, after={"answer_to": self._queue}
            )
        answers: dict[str, dict[str, Any]] = {}
        deadline = time.monotonic() + LIMIT_SECONDS
        while not answers.keys() >= set(consumers) and time.monotonic() < deadline:
            _method, _properties, body = next(self._arriving)
            answer = json.loads(body) if body else {}
            if answer.get("event") == str(event.id):
                answers[answer["service"]] = answer
        return answers
