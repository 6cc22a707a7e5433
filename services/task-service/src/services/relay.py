"""The relay: publishes what in the outbox is due."""

import asyncio

import structlog

from hdms_common.request_id import working_on
from src.db.repository import OutboxRepository
from src.db.session import Database
from src.errors import DatabaseUnavailable, QueueUnavailable
from src.queue import Broker
from src.queue.publisher import QueuePublisher

BATCH = 50
# Well within the transaction's own limit: else what a slow broker confirmed would not be noted, and
# be published again and again.
BATCH_SECONDS = 0.7
PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def relay_for_ever(database: Database, broker: Broker, publisher: QueuePublisher) -> None:
    """Look into the outbox each second, while the broker is there. Several may run side by side."""
    while True:
        try:
            await broker.wait_until_connected()
            while await relay_batch(database, publisher):
                pass
        except (QueueUnavailable, DatabaseUnavailable) as error:
            log.warning("the relay waits", reason=str(error), limit_key="relay")
        except Exception:  # it must outlive its own defects: nobody else publishes these
            log.exception("the relay failed", limit_key="relay-defect")
        await asyncio.sleep(PAUSE_SECONDS)


async def relay_batch(database: Database, publisher: QueuePublisher) -> int:
    """Publish messages that are due and note those confirmed; return how many they are.

    The rows stay locked meanwhile, so that a second relay takes others. A crash between the
    confirmation and the commit publishes a message twice; the worker skips the second.

    Raises:
        QueueUnavailable, DatabaseUnavailable
    """
    async with database.transaction() as session:
        outbox = OutboxRepository(session)
        messages = await outbox.due(publisher.queue, BATCH)
        confirmed = []
        clock = asyncio.get_running_loop().time
        end = clock() + BATCH_SECONDS
        try:
            for message in messages:
                with working_on(message.correlation_id):
                    await publisher.publish_task_message(message.task_id, message.correlation_id)
                confirmed.append(message.task_id)
                if clock() > end:
                    break
        except QueueUnavailable as error:
            log.warning("the relay was interrupted", reason=str(error), limit_key="relay")
        if confirmed:
            await outbox.published(confirmed)
    return len(confirmed)
