"""Proves the whole way of an event: recorded, sent, taken, and of one effect at each service."""

import json
import statistics
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

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
        "service": settings.SERVICE,
        "effects": effects.count(),
        "milliseconds": (timezone.now() - received.at).total_seconds() * 1000,
    }
    if to := (received.after or {}).get("answer_to"):
        received.answers.append({"to": to, **answer})
    models.Proof.objects.filter(at__lt=timezone.now() - KEPT).delete()


def check(consumers: Sequence[str]) -> Proof:
    """Send an event; it must take effect once at each of these services, within LIMIT_SECONDS.

    Raises:
        CheckFailed: it has not.
    """
    try:
        with broker.channel_for("proof") as channel:
            answers = _sent(channel, len(consumers))
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
    if more := sorted(service for service, (effects, _) in answers.items() if effects != 1):
        raise CheckFailed(
            f"{settings.SERVICE}: an event took effect more than once in {', '.join(more)}",
            "this is a defect: please report it",
        )
    milliseconds = round(statistics.median(taken for _, taken in answers.values()), 1)
    return Proof(
        f"one effect in each of {len(consumers)} services, after {milliseconds:g} ms",
        {"effect_ms": milliseconds},
    )


def _sent(channel: BlockingChannel, expected: int) -> dict[str, tuple[int, float]]:
    """Send an event; return service -> its effects so far, and milliseconds until then."""
    to = channel.queue_declare("", exclusive=True, auto_delete=True).method.queue
    with transaction.atomic():
        record(TYPE, ("proof", str(uuid.uuid4())), by=None, after={"answer_to": to})
    answers: dict[str, tuple[int, float]] = {}
    deadline = time.monotonic() + LIMIT_SECONDS
    for _method, _properties, body in channel.consume(to, auto_ack=True, inactivity_timeout=0.1):
        if body is not None:
            answer = json.loads(body)
            answers[answer["service"]] = (answer["effects"], answer["milliseconds"])
        if len(answers) >= expected or time.monotonic() > deadline:
            break
    return answers
