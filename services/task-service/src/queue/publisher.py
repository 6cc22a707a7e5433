"""Messages to the workers, confirmed by the broker (spec 003, T022, T034, T045)."""

import asyncio
import json
import uuid
from contextlib import suppress

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError

from src.errors import QueueUnavailable
from src.queue import OUTAGES, Broker, declare_queue

CONFIRM_SECONDS = 1.0

log = structlog.get_logger(__name__)


def task_message(task_id: uuid.UUID, correlation_id: str) -> Message:
    """The message that asks for a task to be run; it survives the broker's restart."""
    return Message(
        json.dumps({"task_id": str(task_id)}).encode(),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=str(task_id),
        correlation_id=correlation_id or None,
    )


class QueuePublisher:
    """Publishes to one durable queue through a channel that it keeps."""

    def __init__(self, broker: Broker, queue: str) -> None:
        self._broker = broker
        self._queue = queue
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()

    @property
    def queue(self) -> str:
        """The name of the queue."""
        return self._queue

    async def require_queue(self) -> None:
        """Make sure that a message could be published now.

        Raises:
            QueueUnavailable
        """
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._open_channel()
        except OUTAGES as error:
            raise QueueUnavailable(f"no channel to RabbitMQ: {error!r}") from error

    async def publish_task_message(self, task_id: uuid.UUID, correlation_id: str) -> None:
        """Publish and wait until the broker has it on its disk.

        Raises:
            QueueUnavailable: not confirmed within CONFIRM_SECONDS; the broker may have it or not.
        """
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                channel = await self._open_channel()
                await channel.default_exchange.publish(
                    task_message(task_id, correlation_id), self._queue, mandatory=True
                )
        except DeliveryError as error:
            # Somebody has deleted the queue: a new channel declares it anew.
            await self._close_channel()
            raise QueueUnavailable(f"there is no queue {self._queue}") from error
        except OUTAGES as error:
            raise QueueUnavailable(f"message not confirmed: {error!r}") from error
        log.info("message published", task_id=str(task_id), queue=self._queue)

    async def _close_channel(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            with suppress(*OUTAGES):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await channel.close()

    async def _open_channel(self) -> AbstractChannel:
        if self._channel is not None and not self._channel.is_closed and self._broker.is_connected:
            return self._channel
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                channel = await self._broker.open_channel()
                await declare_queue(channel, self._queue)
                self._channel = channel
        return self._channel
