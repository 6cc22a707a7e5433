"""Stacks for the tests: each has its own folder, ports and passwords."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hdms.catalog import component_names
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.environment import Environment
from hdms.environment.initial import write_initial_files
from hdms.errors import HdmsError
from hdms.stack import Stack

LIGHT = [name for name in component_names() if name != "rabbitmq"]
"""What starts in a second: RabbitMQ, which takes several, is started where a test is about it."""

Running = tuple[EmbeddedEngine, Environment]
InContainers = tuple[ComposeEngine, Environment]
Edit = Callable[[Path, str, str], None]


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


@pytest.fixture
def docker() -> None:
    """Skip a test where no containers can be run."""
    try:
        require_docker()
    except HdmsError as error:
        pytest.skip(f"needs Docker: {error.message} ({error.hint})")


@pytest.fixture
def fresh_containers(docker: None) -> Iterator[InContainers]:
    """A disposable stack in containers; nothing runs yet."""
    with disposable_containers() as made:
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
