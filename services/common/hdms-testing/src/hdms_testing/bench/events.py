"""An event's way from its commit to its effect, and a message's bare way through RabbitMQ."""

import secrets
from functools import partial

from django.conf import settings
from django.core.management.base import CommandError
from pika.adapters.blocking_connection import BlockingChannel

from hdms_django.events import broker
from hdms_django.events.proof import Asking
from hdms_testing.bench.rounds import Row, medians, timed

REPEATS = 2
WHY = (
    "an event is committed, sent, taken, its effect committed, and who asked is told; bare: a "
    "message that RabbitMQ confirms, and takes back. Ours is stored on both sides, so that it "
    "takes effect once whatever dies"
)


def rows(rounds: int) -> list[Row]:
    """Compare this service's events, of which its own worker tells, with a bare queue."""
    with broker.channel_for("bench") as channel, broker.channel_for("bench, bare") as bare:
        queue = bare.queue_declare("", exclusive=True).method.queue
        operations = {
            "ours": partial(_effect, Asking(channel)),
            "bare": partial(_round_trip, bare, queue),
        }
        found = medians(operations, rounds, REPEATS)
    return [timed("event, commit to effect", found["ours"], found["bare"], WHY)]


def _effect(asking: Asking) -> None:
    if settings.SERVICE not in asking.ask([settings.SERVICE]):
        raise CommandError(f"no event of {settings.SERVICE} took effect: `inv events.status`")


def _round_trip(channel: BlockingChannel, queue: str) -> None:
    text = secrets.token_bytes(8)
    channel.basic_publish("", queue, text)
    body = None
    while body != text:
        _method, _properties, body = channel.basic_get(queue, auto_ack=True)
