"""What a web process holds from its start to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from src.config import Settings
from src.db.session import Database
from src.queue import CONNECT_SECONDS, Broker, slow_queue
from src.queue.publisher import QueuePublisher
from src.services.relay import relay_for_ever

POOL_SIZE = 10
# With it, a request that finds the database hanging is answered in less than two seconds.
TRANSACTION_SECONDS = 1.8


@dataclass(frozen=True)
class Resources:
    """The settings, and the connections to both dependencies."""

    settings: Settings
    database: Database
    publisher: QueuePublisher


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Connect, relay what a predecessor has left in the outbox, and close everything at the end."""
    database = Database(settings.database, pool_size=POOL_SIZE, limit=TRANSACTION_SECONDS)
    broker = Broker(settings)
    publisher = QueuePublisher(broker, settings.queue)
    handed_over = QueuePublisher(broker, slow_queue(settings.queue))
    tasks = [
        asyncio.create_task(broker.keep_connected()),
        asyncio.create_task(relay_for_ever(database, broker, publisher)),
        asyncio.create_task(relay_for_ever(database, broker, handed_over)),
    ]
    try:
        with suppress(TimeoutError):  # so that the first submission finds a connection
            async with asyncio.timeout(CONNECT_SECONDS):
                await broker.wait_until_connected()
        yield Resources(settings, database, publisher)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await broker.close()
        await database.close()
