"""The worker: `python worker.py`, until SIGTERM (spec 003, T029, T050)."""

import asyncio
import signal

import structlog
import uvloop

from src.circuits.runner import CircuitRunner
from src.config import SERVICE, InvalidEnvironment, Settings
from src.db.session import Database
from src.errors import SimulatorDied
from src.logging_config import configure_logging
from src.queue.consumer import QueueConsumer
from src.services.execution import TaskExecutor
from src.startup import check_dependencies

# One transaction at a time, and another for the lease.
POOL_SIZE = 2
TRANSACTION_SECONDS = 10.0

log = structlog.get_logger("worker")


async def work(settings: Settings) -> None:
    """Consume until SIGTERM or SIGINT; the task in hand is finished first.

    Raises:
        InvalidEnvironment: the simulator cannot be started.
    """
    database = Database(settings.database, pool_size=POOL_SIZE, limit=TRANSACTION_SECONDS)
    runner = CircuitRunner(settings.max_qubits, settings.time_limit)
    consumer = QueueConsumer(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, consumer.stop)
    try:
        await runner.start()
        executor = TaskExecutor(settings, database, runner, consumer.stopping)
        await consumer.consume_messages(executor.handle)
    except SimulatorDied as error:
        raise InvalidEnvironment(f"{SERVICE}: the simulator {error}") from error
    finally:
        await runner.close()
        await database.close()
    log.info("stopped")


def main() -> None:
    """Read the settings, look at the dependencies once, and work."""
    settings = Settings.load()
    configure_logging(settings)
    if settings.ready_file is not None:
        settings.ready_file.unlink(missing_ok=True)  # of a predecessor that was killed
    uvloop.run(check_dependencies(settings))
    uvloop.run(work(settings))


if __name__ == "__main__":
    main()
