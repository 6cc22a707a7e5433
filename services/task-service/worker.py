"""The worker: `python worker.py`, until SIGTERM (spec 003, T029, T050)."""

import asyncio
import signal
from dataclasses import replace

import structlog
import uvloop

from hdms_common.environment import InvalidEnvironment
from src.circuits.runner import CircuitRunner
from src.config import SERVICE, Settings
from src.db.session import Database
from src.errors import SimulatorDied
from src.logging_config import configure_logging
from src.queue import slow_queue
from src.queue.consumer import QueueConsumer
from src.services.execution import TaskExecutor
from src.startup import check_dependencies

# In each of two lanes one transaction at a time, and another for the lease.
POOL_SIZE = 4
TRANSACTION_SECONDS = 10.0

log = structlog.get_logger("worker")


async def work(settings: Settings) -> None:
    """Consume until SIGTERM or SIGINT; the task in hand is finished first.

    Raises:
        InvalidEnvironment: the simulator cannot be started.
    """
    database = Database(settings.database, pool_size=POOL_SIZE, limit=TRANSACTION_SECONDS)
    quick_limit = min(settings.quick_limit, settings.time_limit)
    quick = CircuitRunner(settings.max_qubits, quick_limit)
    slow = CircuitRunner(settings.max_qubits, settings.time_limit)  # started when there is a need
    consumer = QueueConsumer(settings)
    slow_consumer = QueueConsumer(
        replace(settings, queue=slow_queue(settings.queue), ready_file=None)
    )

    def stop() -> None:
        consumer.stop()
        slow_consumer.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await quick.start()
        executor = TaskExecutor(settings, database, quick, consumer.stopping)
        finisher = TaskExecutor(settings, database, slow, slow_consumer.stopping, slow=True)
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(consumer.consume_messages(executor.handle))
            lanes.create_task(slow_consumer.consume_messages(finisher.handle))
    except SimulatorDied as error:
        raise InvalidEnvironment(f"{SERVICE}: the simulator {error}") from error
    finally:
        await quick.close()
        await slow.close()
        await database.close()
    log.info("stopped")


def main() -> None:
    """Read the settings, look at the dependencies once, and work."""
    settings = Settings.load()
    configure_logging(settings)
    uvloop.run(check_dependencies(settings))
    uvloop.run(work(settings))


if __name__ == "__main__":
    main()
