"""The events that could take no effect in this service: which, why, and once more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import BasicProperties

from hdms_django.events import broker
from hdms_django.events.queues import dead_letters_of, queue_of

MOST_SHOWN = 1000


@dataclass(frozen=True)
class DeadLetter:
    """An event that was put aside."""

    id: str
    type: str
    sender: str
    reason: str


def dead_letters() -> list[DeadLetter]:
    """The oldest MOST_SHOWN of them; they stay where they are."""
    with broker.channel_for("dead letters") as channel:
        return [_described(properties) for _tag, properties, _body in _all(channel)]


def replay(event_id: str) -> bool:
    """Put an event back into this service's queue; return whether it was among the dead letters.

    It is taken after what waits already.
    """
    with broker.channel_for("replay") as channel:
        for tag, properties, body in _all(channel):
            if properties.message_id == event_id:
                headers = properties.headers or {}
                properties.headers = {k: v for k, v in headers.items() if k != broker.REASON}
                queue = queue_of(settings.SERVICE)
                channel.basic_publish("", queue, body, properties, mandatory=True)
                channel.basic_ack(tag)
                return True
    return False


def _all(channel: BlockingChannel) -> Iterator[tuple[int, BasicProperties, bytes]]:
    """What is there; not acknowledged, it is back in its place once the channel is closed."""
    queue = dead_letters_of(settings.SERVICE)
    waiting = channel.queue_declare(queue, durable=True, passive=True).method.message_count
    for _ in range(min(waiting, MOST_SHOWN)):
        method, properties, body = channel.basic_get(queue)
        if method is None:
            return
        yield method.delivery_tag, properties, body


def _described(properties: BasicProperties) -> DeadLetter:
    headers = properties.headers or {}
    reason = headers.get(broker.REASON) or _reason_of_rabbitmq(headers)
    return DeadLetter(
        properties.message_id or "", properties.type or "", properties.app_id or "", reason
    )


def _reason_of_rabbitmq(headers: dict[str, object]) -> str:
    if "delivery_limit" in json.dumps(headers.get("x-death"), default=str):
        return f"the worker ended {broker.DELIVERY_LIMIT} times while working on it"
    return "RabbitMQ has put it aside"
