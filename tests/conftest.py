"""Stacks for the tests: each has its own folder, ports and passwords."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from hdms.catalog import FRONTEND, component_names
from hdms.disposable import disposable_containers, disposable_stack, passable_folder
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.environment import Environment
from hdms.environment.initial import write_initial_files
from hdms.errors import HdmsError
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until

# What `nohup` or a shell's `&` ignores would be ignored by all that a test starts and interrupts.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

SHARING = (
    "test_compose_running.py",
    "test_compose_differences.py",
    "test_embedded_running.py",
    "test_rolling.py",
)
"""Modules whose tests share a stack: one process of pytest-xdist runs all of such a module."""


class Scheduling(LoadScopeScheduling):
    """Tests of a module of SHARING stay together, all others go where there is room.

    pytest-xdist's own `--dist=loadgroup` takes no notice of its marks with pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if Path(module).name in SHARING else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


LIGHT = [name for name in component_names() if name != "rabbitmq"]
"""What starts in a second: RabbitMQ, which takes several, is started where a test is about it."""

Running = tuple[EmbeddedEngine, Environment]
InContainers = tuple[ComposeEngine, Environment]
Edit = Callable[[Path, str, str], None]


def inv(stack: Stack, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Give a command as a person types it, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "invoke", *words],
        cwd=PROJECT,
        env={**os.environ, "HDMS_HOME": str(stack.home), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def pids(engine: EmbeddedEngine) -> list[int]:
    """Return the process ids of what runs."""
    return [unit.pid for unit in engine.status() if unit.pid]


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder for a stack: not below pytest's own, which each session closes to others."""
    with passable_folder() as folder:
        yield folder


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A folder with fresh `.env` files; nothing runs."""
    fresh = Stack(tmp_path)
    write_initial_files(fresh)
    return fresh


@pytest.fixture
def fresh() -> Iterator[Running]:
    """A disposable stack that a test may start, break and kill; nothing runs yet."""
    with disposable_stack() as made:
        yield made


@pytest.fixture
def running(fresh: Running) -> Running:
    """A disposable stack with its components running, but RabbitMQ."""
    engine, environment = fresh
    engine.up(environment, LIGHT, print)
    return fresh


@pytest.fixture
def whole(fresh: Running) -> Running:
    """A disposable stack with all of its components running."""
    engine, environment = fresh
    engine.up(environment, component_names(), print)
    return fresh


@pytest.fixture(autouse=True)
def without_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands take the embedded engine, wherever the tests run, unless a test says otherwise."""
    monkeypatch.setenv("HDMS_ENGINE", "embedded")


def skip_without_docker() -> None:
    """Skip where no containers can be run, and say why."""
    try:
        require_docker()
    except HdmsError as error:
        pytest.skip(f"needs Docker: {error.message} ({error.hint})")


@pytest.fixture
def docker() -> None:
    """A Docker engine that can run containers."""
    skip_without_docker()


@contextmanager
def turn_for_containers() -> Iterator[None]:
    """Wait until fewer than two tests have stacks in containers.

    A stack takes eleven networks, and Docker has addresses for about thirty.
    """
    folder = Path(tempfile.gettempdir())
    locks = [FileLock(folder / f"hdms-containers-{number}.lock", timeout=0) for number in (1, 2)]

    def held() -> bool:
        for lock in locks:
            with suppress(Timeout):
                lock.acquire()
                return True
        return False

    wait_until(held, "another test's containers to be gone", 1800, pause=0.2)
    try:
        yield
    finally:
        for lock in locks:
            lock.release()


@pytest.fixture
def fresh_containers(docker: None) -> Iterator[InContainers]:
    """A disposable stack in containers; nothing runs yet."""
    with turn_for_containers(), disposable_containers() as made:
        yield made


@pytest.fixture
def containers(fresh_containers: InContainers) -> InContainers:
    """A disposable stack with its components running in containers, but RabbitMQ."""
    engine, environment = fresh_containers
    engine.up(environment, LIGHT, print)
    return fresh_containers


@pytest.fixture
def whole_containers(fresh_containers: InContainers) -> InContainers:
    """A disposable stack with all of its components running in containers."""
    engine, environment = fresh_containers
    engine.up(environment, component_names(), print)
    return fresh_containers


@pytest.fixture
def edit() -> Edit:
    """Set a variable in a `.env` file, as a person would with an editor."""

    def set_variable(path: Path, name: str, value: str) -> None:
        lines = path.read_text().splitlines()
        kept = [line for line in lines if not line.startswith(f"{name}=")]
        path.write_text("\n".join([*kept, f"{name}={value}"]) + "\n")

    return set_variable


@pytest.fixture
def door(fresh: Running) -> Running:
    """A disposable stack of which the frontend alone runs."""
    engine, environment = fresh
    engine.up(environment, [FRONTEND.name], print)
    return fresh
