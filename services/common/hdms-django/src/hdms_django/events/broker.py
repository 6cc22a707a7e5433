"""RabbitMQ as the events use it: one topic exchange, and two queues for each service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pika
from django.conf import settings
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from hdms_common.result import AUTHENTICATION_FAILED, CheckFailed
from hdms_django.events.queues import dead_letters_of, queue_of

EXCHANGE = "hdms.events"
SECONDS = 10  # a broker that is silent is noticed after some of them
DELIVERY_LIMIT = 20
REASON = "x-hdms-reason"

# pika raises what the socket says, too.
OUTAGES = (AMQPError, OSError)


def address() -> str:
    """Where the service expects RabbitMQ: "host:port"."""
    return f"{settings.RABBITMQ['host']}:{settings.RABBITMQ['port']}"


def connect(purpose: str) -> BlockingConnection:
    """A connection to RabbitMQ, of one thread; drop it after any error.

    Args:
        purpose: by which people find it in RabbitMQ's list of connections.

    Raises:
        one of OUTAGES
    """
    rabbitmq = settings.RABBITMQ
    return BlockingConnection(
        pika.ConnectionParameters(
            host=rabbitmq["host"],
            port=rabbitmq["port"],
            credentials=pika.PlainCredentials(rabbitmq["user"], rabbitmq["password"]),
            heartbeat=SECONDS,
            blocked_connection_timeout=SECONDS,
            stack_timeout=SECONDS,
            socket_timeout=SECONDS / 2,
            client_properties={"connection_name": f"{settings.SERVICE} {purpose}"},
        )
    )


@contextmanager
def channel_for(purpose: str) -> Iterator[BlockingChannel]:
    """A channel that confirms what is published, on a connection of its own."""
    connection = connect(purpose)
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel
    finally:
        with suppress(*OUTAGES):
            connection.close()


def declare_exchange(channel: BlockingChannel) -> None:
    """Make sure that events can be published."""
    channel.exchange_declare(EXCHANGE, "topic", durable=True)


def has_queue(connection: BlockingConnection) -> bool:
    """Whether this service's queue is there."""
    looking = connection.channel()  # RabbitMQ closes it where there is none
    try:
        looking.queue_declare(queue_of(settings.SERVICE), passive=True)
    except ChannelClosedByBroker:
        return False
    looking.close()
    return True


def declare_queue(channel: BlockingChannel, types: list[str]) -> None:
    """Make sure that this service's queue is there, and gets the events of these types.

    A single active consumer keeps the order. What kills its consumer is dead after DELIVERY_LIMIT
    deliveries: by far more than the kills of a bad day, since those count, too.
    """
    declare_exchange(channel)
    queue, dead = queue_of(settings.SERVICE), dead_letters_of(settings.SERVICE)
    # Not a quorum queue: RabbitMQ 4 would count each look at it as a delivery.
    channel.queue_declare(dead, durable=True, arguments={"x-queue-type": "classic"})
    channel.queue_declare(
        queue,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",  # at-least-once demands it
        },
    )
    for each in types:
        channel.queue_bind(queue, EXCHANGE, each)


def publish(
    channel: BlockingChannel, exchange: str, key: str, message: dict[str, Any], request: str = ""
) -> None:
    """Send JSON of this service's, which survives RabbitMQ's restart, and wait for the confirm.

    Args:
        message: an event, or an answer without an id and a type.
        request: the id of the request that caused it.
    """
    channel.basic_publish(
        exchange,
        key,
        json.dumps(message).encode(),
        pika.BasicProperties(
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=message.get("id"),
            correlation_id=request or None,
            type=message.get("type"),
            app_id=settings.SERVICE,
        ),
    )


def explain(error: BaseException) -> CheckFailed:
    """What is wrong with RabbitMQ and what to do; never the password."""
    service = settings.SERVICE
    if isinstance(error, ProbableAuthenticationError | ProbableAccessDeniedError):
        return CheckFailed(
            f"{service}: RabbitMQ at {address()} refused user {settings.RABBITMQ['user']}: "
            f"{AUTHENTICATION_FAILED} (RABBITMQ_USER, RABBITMQ_PASSWORD)",
            f"compare RABBITMQ_PASSWORD in services/{service}/.env with the root .env: "
            "run `inv env.sync`",
        )
    return CheckFailed(
        f"{service}: RabbitMQ at {address()} is unreachable (RABBITMQ_HOST, RABBITMQ_PORT): "
        f"{type(error).__name__} {error}".rstrip(),
        "start it: `inv infra.up`; its log: `inv infra.logs rabbitmq`",
    )
