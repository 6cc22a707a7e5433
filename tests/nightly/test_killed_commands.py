"""Every command that changes something is killed on its way, and then repeated.

Whatever moment it was, the repeated command succeeds and leaves a proven stack, nobody saw a
traceback, and no process of other people was touched.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hdms.catalog import SERVICES, component_names, process_names
from hdms.checks.result import CHECKS
from hdms.checks.suite import verify
from hdms.components.postgres import database
from hdms.disposable import disposable_stack
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.ownership import own_processes
from hdms.environment.env_file import EnvFile
from hdms.environment.validation import load
from hdms.ports import free_ports
from hdms.stack import PROJECT, Stack

# The program that people type: `python -m invoke` would tell of a Ctrl-C while it loads.
INV = Path(sys.executable).with_name("inv")
PATIENCE_SECONDS = 300
MOMENTS = int(os.environ.get("HDMS_TRIAL_MOMENTS", "10"))
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
# A terminal sends these to all that runs in its foreground.
TO_THE_GROUP = (signal.SIGINT, signal.SIGHUP)
SCALED = "task-worker"
PASSWORDS = ("REDIS_PASSWORD", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "USER_SERVICE_DB_PASSWORD")


@dataclass
class Ended:
    """A command that ended."""

    exit_code: int
    said: str
    seconds: float


class System:
    """A stack of its own, told what to do by commands as a person types them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.engine = EmbeddedEngine(stack)
        self._said = stack.home / "said"

    def begin(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        # A file, not a pipe: what a killed command leaves running may hold it open.
        with self._said.open("w") as said:
            return subprocess.Popen(
                [INV, *words],
                cwd=PROJECT,
                env={**os.environ, "HDMS_HOME": str(self.stack.home), "HDMS_ENGINE": "embedded"},
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def end(self, command: subprocess.Popen[bytes]) -> Ended:
        begin = time.monotonic()
        command.wait(timeout=PATIENCE_SECONDS)
        return Ended(command.returncode, self._said.read_text(), time.monotonic() - begin)

    def inv(self, *words: str) -> Ended:
        return self.end(self.begin(words))

    def must(self, *words: str) -> None:
        ended = self.inv(*words)
        assert ended.exit_code == 0, f"inv {' '.join(words)}:\n{ended.said}"

    def set(self, name: str, value: str) -> None:
        file = EnvFile.read(self.stack.root_env)
        file.path.write_text(file.with_values({name: value}))

    def bring_up(self) -> None:
        if self.engine.running() < {*component_names(), *process_names()}:
            self.must("infra.up")
            self.must("migrate", "--all")
            self.must("services.up")

    def prove(self) -> None:
        """Everything that should be connected is; how quickly, is not asked here.

        A check has 8 s, which a busy machine may take for itself: it is made once more.
        """
        assert self._unproven() == [] or self._unproven() == []

    def _unproven(self) -> list[str]:
        results = verify(self.engine, load(self.stack), CHECKS, print, only_running=True)
        return [r.message for r in results if not r.passed and "is slow" not in r.message]


def infra_is_down(system: System) -> None:
    system.must("infra.down")


def only_infra_is_up(system: System) -> None:
    system.must("infra.up")
    system.must("migrate", "--all")
    system.must("services.down")


def passwords_were_changed(system: System) -> None:
    system.bring_up()
    for name in PASSWORDS:
        system.set(name, secrets.token_hex(20))


def one_worker_runs(system: System) -> None:
    system.bring_up()
    system.must("services.scale", f"{SCALED}=1")


def no_schema_is_made(system: System) -> None:
    system.must("infra.up")
    system.must("services.down")
    environment = load(system.stack)
    with database(environment, system.engine.address(environment, "pgbouncer")) as db:
        for service in SERVICES:
            db.execute(f"DROP SCHEMA IF EXISTS {service.role} CASCADE")
            db.execute(f"CREATE SCHEMA {service.role} AUTHORIZATION {service.role}")


def components_run(system: System) -> None:
    assert system.engine.running() >= set(component_names())
    system.prove()


def all_run(system: System) -> None:
    assert system.engine.running() == {*component_names(), *process_names()}
    system.prove()


def nothing_runs(system: System) -> None:
    assert system.engine.running() == set()
    assert own_processes(system.stack) == []


def three_workers_run(system: System) -> None:
    assert load(system.stack).replicas(SCALED) == 3
    all_run(system)


@dataclass(frozen=True)
class Trial:
    """A command, what is the case before it, and what must be the case after it."""

    words: tuple[str, ...]
    before: Callable[[System], None]
    after: Callable[[System], None]


TRIALS = (
    Trial(("infra.up",), infra_is_down, components_run),
    Trial(("infra.down",), System.bring_up, nothing_runs),
    Trial(("env.sync",), passwords_were_changed, all_run),
    Trial(("services.up",), only_infra_is_up, all_run),
    Trial(("services.scale", f"{SCALED}=3"), one_worker_runs, three_workers_run),
    Trial(("migrate", "--all"), no_schema_is_made, components_run),
)


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with disposable_stack() as (engine, _environment):
        made = System(engine.stack)
        made.bring_up()
        yield made


@pytest.fixture(scope="module")
def bystanders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[psutil.Process]]:
    """Other people's processes, one of them of the same program as ours."""
    (port,) = free_ports(1)
    folder: Path = tmp_path_factory.mktemp("bystander")
    redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    quiet = {"stdout": subprocess.DEVNULL, "start_new_session": True, "cwd": folder}
    started = [subprocess.Popen(command, **quiet) for command in (redis, ["sleep", "100000"])]
    yield [psutil.Process(process.pid) for process in started]
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.words[0])
def test_a_command_that_was_killed_can_be_repeated(
    system: System,
    bystanders: list[psutil.Process],
    trial: Trial,
    number: signal.Signals,
) -> None:
    trial.before(system)
    undisturbed = system.inv(*trial.words)
    assert undisturbed.exit_code == 0, undisturbed.said
    found = []
    for moment in range(MOMENTS):
        trial.before(system)
        after = undisturbed.seconds * (moment + 0.5) / MOMENTS
        try:
            _killed_and_repeated(system, trial, number, after)
        except AssertionError as error:
            found.append(f"killed after {after:.2f} of {undisturbed.seconds:.2f} s: {error}")
            system.inv("infra.down")
        assert all(process.is_running() for process in bystanders)
    assert not found, "\n\n".join(found)


def _killed_and_repeated(
    system: System, trial: Trial, number: signal.Signals, after: float
) -> None:
    command = system.begin(trial.words)
    with suppress(subprocess.TimeoutExpired):
        command.wait(after)
    if command.poll() is None:
        (os.killpg if number in TO_THE_GROUP else os.kill)(command.pid, number)
    said = system.end(command).said
    assert "Traceback" not in said, said
    repeated = system.inv(*trial.words)
    assert repeated.exit_code == 0, f"{said}\n--- repeated:\n{repeated.said}"
    assert "Traceback" not in repeated.said, repeated.said
    trial.after(system)
