"""Takes this service's events from RabbitMQ, one after the other; each takes effect once."""

import logging
from collections import deque
from typing import Any

import pika
from django.conf import settings
from django.db import close_old_connections, transaction
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError
from pika.spec import Basic, BasicProperties

from hdms_common.request_id import working_on
from hdms_django import outage
from hdms_django.events import broker, effects
from hdms_django.events.effects import Received, Unusable, effect_of, types
from hdms_django.events.loop import NOT_MIGRATED, Loop, is_not_migrated, pauses
from hdms_django.events.models import Inbox
from hdms_django.events.queues import dead_letters_of, queue_of

PREFETCH = 50
IDLE_SECONDS = 1.0
ATTEMPTS = 3

logger = logging.getLogger(__name__)

Delivery = tuple[Basic.Deliver, BasicProperties, bytes]


class Consumer(Loop):
    """Of all consumers of a service RabbitMQ serves one, so that the order is kept."""

    name = "consumer"

    def work(self) -> None:
        queue = queue_of(settings.SERVICE)
        arrived: deque[Delivery] = deque()

        def keep(_channel: object, *delivery: Any) -> None:
            arrived.append(delivery)  # at most PREFETCH

        with broker.channel_for("consumer") as channel:
            if not broker.has_queue(channel.connection):
                for start in effects.starts:
                    start()
            broker.declare_queue(channel, types())
            channel.basic_qos(prefetch_count=PREFETCH)
            channel.basic_consume(queue, keep)
            self.went_well()
            while not self.stopping.is_set():
                self.beat()
                if arrived:
                    self._settle(channel, arrived.popleft())
                    continue
                channel.connection.process_data_events(IDLE_SECONDS)
                if not arrived:
                    for chore in effects.chores:
                        chore()
                    close_old_connections()
                    _require(channel, queue)

    def _settle(self, channel: BlockingChannel, delivery: Delivery) -> None:
        """Let an event take effect, however long the database is away, and acknowledge it."""
        method, properties, body = delivery
        failures = 0
        for pause in pauses():
            self.beat()
            try:
                with working_on(properties.correlation_id):
                    received = Received.parse(body, sender=properties.app_id or "")
                    take_effect(received)
            except outage.ERRORS as error:
                outage.report(error)
                close_old_connections()
            except Unusable as error:
                _bury(channel, delivery, str(error))
                break
            except Exception as error:
                if is_not_migrated(error):
                    self.log(NOT_MIGRATED)
                else:
                    failures += 1
                    logger.warning("%s failed", properties.type, exc_info=True)
                if failures == ATTEMPTS:
                    _bury(channel, delivery, f"{type(error).__name__}: {error}")
                    break
            else:
                _answer(channel, received)
                channel.basic_ack(method.delivery_tag)
                return
            if self.stopping.is_set():
                return  # it is delivered to the next one
            channel.connection.sleep(pause)  # with its heartbeats
        channel.basic_ack(method.delivery_tag)


def take_effect(received: Received) -> None:
    """Do what the event does in this service, unless it has been done.

    Raises:
        Unusable: it never can.
    """
    function = effect_of(received)
    if function is None:
        return
    with transaction.atomic():
        if Inbox.take(received.id):
            function(received)


def _require(channel: BlockingChannel, queue: str) -> None:
    """Ask whether this consumer is still known: who deletes a queue takes its consumers along.

    Raises:
        AMQPError: it is not; pika would tell nobody.
    """
    if not channel.queue_declare(queue, passive=True).method.consumer_count:
        raise AMQPError(f"somebody has deleted the queue {queue}")


def _answer(channel: BlockingChannel, received: Received) -> None:
    for queue, answer in received.answers:
        broker.publish(channel, "", queue, answer)


def _bury(channel: BlockingChannel, delivery: Delivery, reason: str) -> None:
    """Put a message among the dead letters, where people find it with the reason."""
    _method, properties, body = delivery
    logger.error("%s is put aside: %s", properties.message_id, reason)
    properties.headers = {**(properties.headers or {}), broker.REASON: reason[:1000]}
    properties.delivery_mode = pika.DeliveryMode.Persistent.value
    dead = dead_letters_of(settings.SERVICE)
    channel.basic_publish("", dead, body, properties, mandatory=True)
