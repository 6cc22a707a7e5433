"""Messages from the queue, one at a time, through every outage (spec 003, T023, T035, T045)."""

import asyncio
import enum
from collections.abc import Awaitable, Callable

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from hdms_common.ready_file import BEAT_SECONDS, ReadyFile
from hdms_common.request_id import working_on
from src.config import Settings
from src.errors import QueueUnavailable
from src.queue import CONNECT_SECONDS, OUTAGES, Broker, backoff, declare_queue

IDLE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Verdict(enum.Enum):
    """What becomes of a message that has been worked on."""

    ACKNOWLEDGE = "acknowledge"
    DEAD_LETTER = "dead-letter"
    REQUEUE = "requeue"


Handler = Callable[[AbstractIncomingMessage], Awaitable[Verdict]]


class QueueConsumer:
    """Gives the messages of the service's queue to a handler, one after the other.

    A worker that loses the broker finishes the message in hand: what it has done is stored, and
    the broker's second delivery finds it done.
    """

    def __init__(self, settings: Settings) -> None:
        self._queue = settings.queue
        self._ready_file = ReadyFile(settings.ready_file)
        self._broker = Broker(settings, on_change=self._forget_ready)
        self._stopping = asyncio.Event()
        self._worked = 0  # messages

    def stop(self) -> None:
        """Take no further message; `consume_messages` returns when the one in hand is done."""
        self._stopping.set()

    @property
    def stopping(self) -> asyncio.Event:
        """Set from `stop` on, for a handler that waits."""
        return self._stopping

    async def consume_messages(self, handle: Handler) -> None:
        """Consume until `stop`; a lost broker is looked for again, with growing pauses."""
        connecting = asyncio.create_task(self._broker.keep_connected())
        try:
            pauses = backoff()
            while not self._stopping.is_set():
                await _first(self._broker.wait_until_connected(), self._stopping.wait())
                if self._stopping.is_set():
                    break
                worked = self._worked
                try:
                    await self._consume_until_lost(handle)
                except (QueueUnavailable, *OUTAGES) as error:
                    log.warning("consuming was interrupted", reason=repr(error))
                except asyncio.CancelledError:
                    if _is_being_cancelled():
                        raise
                    # A silent connection was given up: aiormq cancels who waits for its answer.
                    log.warning("consuming was interrupted", reason="the broker is silent")
                if self._worked > worked:
                    pauses = backoff()
                else:
                    # Perhaps there is a message that nobody can decode, which comes again.
                    await _first(asyncio.sleep(next(pauses)), self._stopping.wait())
        finally:
            self._ready_file.remove()
            connecting.cancel()
            await self._broker.close()

    async def _consume_until_lost(self, handle: Handler) -> None:
        channel = await self._broker.open_channel()
        await channel.set_qos(prefetch_count=1)
        queue = await declare_queue(channel, self._queue)
        # Of the channel, which is over when the connection is: so are its messages.
        incoming: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        tag = await queue.consume(incoming.put)
        log.info("consuming", queue=self._queue)
        self._ready_file.make()
        beating = asyncio.create_task(self._beat())
        try:
            await self._work_until_lost(channel, incoming, handle)
        finally:
            beating.cancel()
            self._ready_file.remove()
        if self._stopping.is_set() and not channel.is_closed:
            await queue.cancel(tag)
            await channel.close()  # what was delivered meanwhile goes back to the queue

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._ready_file.beat()

    async def _work_until_lost(
        self,
        channel: AbstractChannel,
        incoming: asyncio.Queue[AbstractIncomingMessage],
        handle: Handler,
    ) -> None:
        while not self._stopping.is_set() and not channel.is_closed and self._broker.is_connected:
            getting = asyncio.ensure_future(incoming.get())
            await _first(
                getting,
                self._broker.wait_until_lost(),
                self._stopping.wait(),
                channel.closed(),
                asyncio.sleep(IDLE_SECONDS),
            )
            if getting.done() and not getting.cancelled():
                await self._work_on(getting.result(), handle)
                self._worked += 1
            elif not channel.is_closed and not await self._is_consuming(channel):
                log.warning("the queue was deleted, it is declared anew", queue=self._queue)
                await channel.close()

    async def _is_consuming(self, channel: AbstractChannel) -> bool:
        """Ask the broker: who deletes a queue takes its consumers along, and nobody says so."""
        async with asyncio.timeout(CONNECT_SECONDS):
            queue = await declare_queue(channel, self._queue)
        return bool(queue.declaration_result.consumer_count)

    async def _work_on(self, message: AbstractIncomingMessage, handle: Handler) -> None:
        with working_on(message.correlation_id):
            log.debug("message received", redelivered=message.redelivered)
            verdict = await handle(message)
            try:
                if verdict is Verdict.ACKNOWLEDGE:
                    await message.ack()
                else:
                    await message.reject(requeue=verdict is Verdict.REQUEUE)
            except OUTAGES as error:
                # It comes again, and its task is found done.
                log.warning("message not settled", verdict=verdict.value, reason=repr(error))

    def _forget_ready(self, connected: bool) -> None:
        if not connected:
            self._ready_file.remove()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _first(*awaitables: Awaitable[object]) -> None:
    """Wait until one of them is done and cancel the others."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
