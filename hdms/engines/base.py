"""The seam between the toolkit and what runs the system."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar

from hdms.environment.environment import Environment
from hdms.process import Completed
from hdms.stack import Stack

Announce = Callable[[str], None]
"""Takes one line of progress for a person."""


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
    """Something that runs with values other than the environment's.

    Attributes:
        name: the component or process.
        variables: the variables (or template files) that differ, without their values.
        action: what `Engine.apply` will do, in words.
    """

    name: str
    variables: tuple[str, ...]
    action: str


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
    def status(self) -> list[UnitStatus]:
        """Return the state of every component and process of the catalog."""

    @abstractmethod
    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        """Yield the last lines of a log and, with `follow`, those to come."""

    @abstractmethod
    def prepare(self, services: Sequence[str], announce: Announce) -> None:
        """Make ready, side by side, what `run` needs for these services (may take a minute)."""

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

    @abstractmethod
    def pending(self, environment: Environment) -> list[Change]:
        """Return what the running stack has not been told yet; empty where nothing runs."""

    @abstractmethod
    def apply(self, environment: Environment, announce: Announce) -> None:
        """Tell the running stack all that `pending` returns, and wait until it holds.

        Interrupted, the next call completes it.
        """

    @abstractmethod
    def address(self, environment: Environment, name: str) -> tuple[str, int]:
        """Return the host and port at which this machine reaches a component or service.

        Raises:
            InvalidInput: it has none: PostgreSQL, or a worker.
        """

    @abstractmethod
    def management_address(self, environment: Environment) -> tuple[str, int]:
        """Return the host and port at which this machine reaches RabbitMQ's management API."""

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

    @abstractmethod
    def usage(self) -> dict[str, Usage]:
        """Return what each running component and process uses; what just ends is left out."""

    @abstractmethod
    def needs(self) -> Mapping[str, Callable[[], str]]:
        """Return what the engine needs of this machine: name -> what tells what was found.

        Each raises an `HdmsError` with the remedy where it is missing.
        """

    def _clients_waiting_for(
        self, name: str, environment: Environment, announce: Announce
    ) -> AbstractContextManager[None]:
        """Return what spares requests the restart of PostgreSQL; nothing for other units."""
        if name != "postgres" or not {"postgres", "pgbouncer"} <= self.running():
            return nullcontext()
        from hdms.pausing import clients_waiting

        return clients_waiting(environment, self.address(environment, "pgbouncer"), announce)

    def running(self) -> set[str]:
        """Return the names of what runs."""
        return {unit.name for unit in self.status() if unit.state == "running"}
