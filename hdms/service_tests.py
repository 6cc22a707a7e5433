"""The tests of one service, or of what services share: what they need of a stack.

They write to its database, Redis and RabbitMQ, so it is one that may be thrown away: Nox makes one
for each of its runs, `inv test` keeps one in the state folder of the developer's own stack.
"""

import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hdms import virtualenvs, workspace
from hdms.catalog import (
    SERVICES,
    find_own_service,
    needed_components,
)
from hdms.disposable import MARK
from hdms.engines.base import Announce, Engine, silent
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.environment import Environment
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput
from hdms.migrate import migrate
from hdms.process import run
from hdms.service import Service
from hdms.stack import PROJECT, Stack

TOOLKIT = "toolkit"
COMMON = "common"
SETS = (TOOLKIT, COMMON, *(service.name for service in SERVICES))
"""Whose tests there are."""


@dataclass(frozen=True)
class Prepared:
    """What a run of pytest gets.

    Attributes:
        project: whose virtual environment it is.
        folder: where it starts.
        variables: all of its variables; None for those of this process.
    """

    project: str
    folder: Path
    variables: dict[str, str] | None = None


def find_set(name: str) -> str:
    """Return the set of tests of this name (`ticket` is short for `ticket-service`).

    Raises:
        InvalidInput: there is none.
    """
    if name in (TOOLKIT, COMMON):
        return name
    try:
        return find_own_service(name).name
    except InvalidInput as error:
        raise InvalidInput(error.message, f"expected one of: {', '.join(SETS)}") from None


def prepare(engine: Engine, environment: Environment, name: str, announce: Announce) -> Prepared:
    """Migrate and start what a set of tests needs; return what pytest gets.

    What runs already takes over code that was changed since.

    Raises:
        HdmsError: a migration or a process failed.
    """
    service = _service_of(name)
    processes = [process.name for process in service.processes]
    needed = {*needed_components(processes), *processes}
    changes = engine.pending(environment)
    if changes or not engine.running() >= needed:
        engine.up(environment, needed_components(processes), announce)
        (migrated,) = migrate(engine, environment, [service], announce)
        if migrated.error:
            raise HdmsError(
                f"the migrations of {service.name} failed:\n{migrated.error}",
                "correct them; a migration that was applied before it was edited needs a new "
                "stack: inv test --stop",
            )
        engine.apply(environment, changes, announce)
        engine.up(environment, processes, announce)
    variables = engine.variables(environment, service.name) | MARK
    variables["HDMS_TEST_RABBITMQ_CONTROL"] = _rabbitmq_control(engine.stack)
    if name == COMMON:
        variables["HDMS_TEST_POSTGRESQL_SOCKET"] = str(engine.stack.state / "run")
    return Prepared(service.name, PROJECT / "services" / name, variables)


def run_tests(name: str, home: Stack, arguments: Sequence[str], announce: Announce) -> int:
    """Run a set of tests here and now; return pytest's exit code.

    The stack for it stays, so that the next time nothing has to start.

    Args:
        home: the developer's own stack, of which nothing is used but the state folder.
    """
    if name == TOOLKIT:
        return _run(Prepared(workspace.TOOLKIT, PROJECT), arguments, announce)
    home.state.mkdir(exist_ok=True)
    with _alone(home.state / f"tests-{name}.lock", name, announce):
        return _run(prepare(*_kept_stack(home), name, announce), arguments, announce)


def _run(prepared: Prepared, arguments: Sequence[str], announce: Announce) -> int:
    pytest, path = virtualenvs.program(prepared.project, "pytest", announce)
    return run(
        [pytest, *arguments],
        cwd=prepared.folder,
        env={**(prepared.variables or {}), **path},
        clean=prepared.variables is not None,
        check=False,
        interactive=True,
    ).exit_code


@contextmanager
def _alone(path: Path, name: str, announce: Announce) -> Iterator[None]:
    """Hold a lock: two runs of the same tests would write into the same tables."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        announce(f"waiting for another inv test {name} to finish")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def discard_kept_stack(home: Stack, announce: Announce) -> None:
    """Stop and delete the stack that `run_tests` kept, if there is one."""
    stack = _kept(home)
    if stack.home.exists():
        EmbeddedEngine(stack).down([], announce)
        shutil.rmtree(stack.home)


def _kept(home: Stack) -> Stack:
    return Stack(home.state / "tests")


def _kept_stack(home: Stack) -> tuple[Engine, Environment]:
    stack = _kept(home)
    try:
        if stack.home.exists():
            return EmbeddedEngine(stack), load(stack)
    except InvalidInput:  # the schema has changed since
        discard_kept_stack(home, silent)
    stack.home.mkdir(parents=True, mode=0o711)  # the components' account passes through
    write_initial_files(stack, free_host_ports())
    return EmbeddedEngine(stack), load(stack)


def _service_of(name: str) -> Service:
    # What the services share is tested with the packages and the role of one of them.
    return SERVICES[0] if name == COMMON else find_own_service(name)


def _rabbitmq_control(stack: Stack) -> str:
    """Return a command that stops or starts the RabbitMQ of such a stack."""
    inv = shlex.join([sys.executable, "-m", "invoke", "--search-root", str(PROJECT)])
    home = shlex.quote(str(stack.home))
    script = f'HDMS_HOME={home} HDMS_ENGINE=embedded exec {inv} infra."$1" rabbitmq'
    return shlex.join(["sh", "-c", script, "sh"])
