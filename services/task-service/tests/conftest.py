"""Every test runs against a real PostgreSQL through PgBouncer and a real RabbitMQ."""

import os
import shlex
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from src.config import Settings
from src.logging_config import configure_logging
from src.queue import OUTAGES
from tests.processes import Api, Worker, on_channel, run, running, wait_until

# `nox -s nightly` asks for its own: --hypothesis-profile=nightly
settings.register_profile("nightly", max_examples=50)
settings.register_profile("gate", max_examples=12)
settings.load_profile("gate")

DISPOSABLE = "HDMS_DISPOSABLE_STACK"
CONTROL = "HDMS_TEST_RABBITMQ_CONTROL"
CONTROL_SECONDS = 120


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """What the tests themselves do with the service's modules is logged as by the service."""
    configure_logging(Settings.load())


@pytest.fixture(scope="session")
def migrated() -> None:
    """The database's tables; refuses unless the stack was made for the tests."""
    if os.environ.get(DISPOSABLE) != "1":
        pytest.fail(
            f"this test writes to the configured database and broker; {DISPOSABLE}=1 says that "
            "they may be thrown away (`nox -s tests` makes such a stack)",
            pytrace=False,
        )
    finished = run("-m", "alembic", "upgrade", "head")
    assert finished.returncode == 0, finished.stderr


@contextmanager
def _new_queue() -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex}"
    yield name

    async def delete(channel: Any) -> None:
        for queue in (name, f"{name}.slow", f"{name}.dead"):
            await channel.queue_delete(queue)

    on_channel(delete)


@pytest.fixture(scope="module")
def queue(migrated: None) -> Iterator[str]:
    """A queue of the module's own, which the stack's workers do not look at."""
    with _new_queue() as name:
        yield name


@pytest.fixture
def own_queue(migrated: None) -> Iterator[str]:
    """A queue of the test's own."""
    with _new_queue() as name:
        yield name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's processes log."""
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def api(queue: str, folder: Path) -> Iterator[Api]:
    """The web server, from the first to the last test of a module."""
    api = Api(folder / "api.log", TASK_QUEUE=queue)
    with running(api):
        yield api


@pytest.fixture(scope="module")
def worker(queue: str, folder: Path) -> Iterator[Worker]:
    """A worker, from the first to the last test of a module."""
    worker = Worker(folder / "worker.log", TASK_QUEUE=queue)
    with running(worker):
        yield worker


BrokerControl = Callable[[str], None]


@pytest.fixture
def broker_control() -> Iterator[BrokerControl]:
    """Stops and starts RabbitMQ; it runs again at the end."""
    command = os.environ.get(CONTROL)
    if not command:
        pytest.skip(f"{CONTROL} names no command that stops and starts RabbitMQ")

    def control(action: str) -> None:
        subprocess.run(
            [*shlex.split(command), action],
            check=True,
            timeout=CONTROL_SECONDS,
            stdout=subprocess.DEVNULL,
        )

    yield control
    if not _broker_answers():
        control("start")
    wait_until(_broker_answers, "RabbitMQ to be back", 60)


def _broker_answers() -> bool:
    async def nothing(channel: Any) -> bool:
        return True

    try:
        return bool(on_channel(nothing))
    except OUTAGES:
        return False
