"""The seam between the toolkit and what runs the system."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from hdms.catalog import component_called
from hdms.disk import LEAST_TO_RUN
from hdms.engines.own_faults import OwnFault
from hdms.engines.wanted import Wanted
from hdms.environment.environment import Environment
from hdms.process import Completed
from hdms.stack import Stack

Announce = Callable[[str], None]
"""Takes one line of progress for a person."""


def silent(_line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Started:
    """One component or process that became ready.

    Attributes:
        seconds: from its start to its readiness; 0 where it ran already.
        note: its address, or what else helps to find it.
    """

    name: str
    seconds: float
    note: str


@dataclass(frozen=True)
class UnitStatus:
    """The state of one component or process.

    Attributes:
        state: "running", "starting", "stopped" or "failed".
        detail: address, or the reason of a failure.
        pid: its process id, as it sees itself; None unless it runs.
        uptime: seconds since its start; 0 unless it runs.
    """

    name: str
    state: str
    pid: int | None = None
    uptime: float = 0.0
    detail: str = ""


@dataclass(frozen=True)
class Change:
    """Something that runs with values other than the environment's, or should run and does not.

    Attributes:
        name: the component or process.
        variables: the variables (or template files) that differ, without their values; else the
            reason in words.
        action: what `Engine.apply` will do, in words.
    """

    name: str
    variables: tuple[str, ...]
    action: str


START = "is started"
SHOULD_RUN = "it should run"


@dataclass(frozen=True)
class Usage:
    """What a component or process, with all of its own processes, uses.

    Attributes:
        memory: bytes; what several processes share counts once.
        open_files: open file descriptors, sockets included.
    """

    memory: int
    open_files: int


class Engine(ABC):
    """Runs the components and the services' processes of one stack."""

    name: ClassVar[str]

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.wanted = Wanted(stack.state / "wanted.json", self.name)

    def exclusively(self, announce: Announce) -> AbstractContextManager[None]:
        """Return what holds the stack's lock: one command at a time reads and changes it.

        Whoever changes a stack reads the environment inside, and once. It may be held twice: what
        changes something holds it for itself, too.

        Raises:
            HdmsError: another command has held it for `HDMS_WAIT_SECONDS`.
        """
        from hdms.engines.lock import exclusively

        return exclusively(self.stack, announce)

    @abstractmethod
    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        """Start components or processes side by side and wait until each is ready.

        What runs already is left alone. What this call started is stopped again if one fails.

        Raises:
            HdmsError: one cannot start; the message holds the last lines of its log.
        """

    @abstractmethod
    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        """Stop components or processes (all that run: also the engine itself); return which."""

    @abstractmethod
    def delete_data(self) -> None:
        """Delete everything that a stopped stack left behind."""

    @abstractmethod
    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        """Stop one component or process, start it with its current configuration, wait for it."""

    @abstractmethod
    def update(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        """Give running processes the checkout's code, packages and images, one after the other.

        A process that serves is replaced while it does: its successor starts beside it, takes over
        when it is ready, and then the former one finishes what it has.

        Raises:
            HdmsError: a successor does not start; what serves goes on.
        """

    @abstractmethod
    def status(self) -> list[UnitStatus]:
        """Return the state of every component and process of the catalog."""

    @abstractmethod
    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        """Yield the last lines of a log and, with `follow`, those to come."""

    @abstractmethod
    def prepare(self, services: Sequence[str], announce: Announce, newest: bool = False) -> None:
        """Make ready, side by side, what `run` needs for these services (may take a minute).

        Args:
            newest: let `run` take the checkout's code, also where another version of it runs.
        """

    @abstractmethod
    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        """Run a command in a service's own environment: its interpreter, packages and variables.

        Args:
            timeout: seconds.
            interactive: give it this terminal instead of capturing what it prints.

        Raises:
            CommandFailed: it could not be started, or took longer than `timeout`.
        """

    def lend_testing(self, service: str) -> None:
        """Let `run` find hdms_testing in a service that runs, where no image holds it."""
        return

    @abstractmethod
    def pending(self, environment: Environment) -> list[Change]:
        """Return what running things have not been told yet, and what should run and does not."""

    @abstractmethod
    def apply(
        self, environment: Environment, changes: Sequence[Change], announce: Announce
    ) -> None:
        """Carry out what `pending` returned, and wait until it holds.

        Interrupted, at any moment and by whatever, it leaves differences that `pending` returns.
        """

    def stale_files(self, environment: Environment) -> list[Path]:
        """Return the files that the engine makes of `.env` and that say something else."""
        return []

    def write_files(self, environment: Environment) -> None:
        """Write those."""
        return

    @abstractmethod
    def address(
        self, environment: Environment, name: str, port: str | None = None
    ) -> tuple[str, int]:
        """Return the host and port at which this machine reaches a component or service.

        Args:
            port: the variable of another of its ports than its clients'.

        Raises:
            InvalidInput: it has none: PostgreSQL, or a worker.
        """

    @abstractmethod
    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        """Return what a service's program on this machine needs beside its `.env`: no secret."""

    @abstractmethod
    def kill(self, name: str) -> None:
        """Kill a running component or process with SIGKILL; it is restarted by itself."""

    @abstractmethod
    def freeze(self, name: str) -> None:
        """Let a running component or process be alive and silent, until `thaw`."""

    @abstractmethod
    def thaw(self, name: str) -> None:
        """Undo `freeze`."""

    def own_faults(self) -> Sequence[OwnFault]:
        """Return the ways to break what all components and processes rest on."""
        return ()

    @abstractmethod
    def hang(self, name: str) -> None:
        """As `freeze`, of a process, but for its guard: that has it killed (services/guard.sh)."""

    @abstractmethod
    def unhang(self, name: str) -> None:
        """Undo `hang`, where the guard has not ended it yet."""

    @abstractmethod
    def is_ready(self, environment: Environment, name: str) -> bool:
        """Return whether a component answers, or a process takes work."""

    @abstractmethod
    def usage(self) -> dict[str, Usage]:
        """Return what each running component and process uses; what just ends is left out."""

    def least_space(self) -> int:
        """Return how many bytes must be free on the stack's disk before something is started."""
        return LEAST_TO_RUN

    @abstractmethod
    def needs(self) -> Mapping[str, Callable[[], str]]:
        """Return what the engine needs of this machine: name -> what tells what was found.

        Each raises an `HdmsError` with the remedy where it is missing.
        """

    def _clients_waiting_for(
        self, name: str, environment: Environment, announce: Announce
    ) -> AbstractContextManager[None]:
        """Return what spares a unit's clients its planned restart."""
        component = component_called(name)
        return component.restarting(self, environment, announce) if component else nullcontext()

    def _noted(self, unit: UnitStatus) -> UnitStatus:
        """Return a unit's state, with a note if it does not run and should."""
        if unit.state != "stopped" or unit.name not in self.wanted.names():
            return unit
        return replace(unit, detail="should run: inv env.sync")

    def running(self) -> set[str]:
        """Return the names of what runs."""
        return {unit.name for unit in self.status() if unit.state == "running"}
