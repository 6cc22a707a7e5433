"""An engine that runs nothing, for tests of what stands above the seam."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from hdms.catalog import component_names, needed_components, process_names, require_port
from hdms.engines.base import (
    SHOULD_RUN,
    START,
    Announce,
    Change,
    Engine,
    Started,
    UnitStatus,
    Usage,
)
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK
from hdms.process import Completed
from hdms.stack import Stack


class FakeEngine(Engine):
    """Keeps the set of what runs in memory, and answers `run` with what a test prepared.

    Attributes:
        answers: service -> what `run` returns for it.
        commands: every command given to `run`, as one line.
    """

    name = "fake"

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self.answers: dict[str, Completed] = {}
        self.commands: list[str] = []
        self._running: dict[str, str] = {}

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        missing = set(needed_components(names)) - {*self._running, *names}
        if missing:
            raise HdmsError(f"the services need {', '.join(sorted(missing))}", "inv infra.up")
        self.wanted.add(names)
        self._running |= {name: self._told(environment) for name in names}
        return [Started(name, 0.0, "") for name in names]

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        stopped = [name for name in names or list(self._running) if name in self._running]
        self.wanted.remove(names or self.wanted.names())
        for name in stopped:
            del self._running[name]
        return stopped

    def delete_data(self) -> None:
        if self._running:
            raise HdmsError("the stack is running", "inv infra.down")

    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        if not self._running:
            raise HdmsError("nothing is running", "inv infra.up")
        return self.up(environment, [name], announce)[0]

    def update(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        return [Started(name, 0.0, "") for name in names if name in self._running]

    def status(self) -> list[UnitStatus]:
        return [
            UnitStatus(name, "running", pid=1)
            if name in self._running
            else self._noted(UnitStatus(name, "stopped"))
            for name in [*component_names(), *process_names()]
        ]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        if name not in self._running:
            raise HdmsError(f"{name} has no log yet: it was never started")
        yield from ["started\n"][:lines]

    def prepare(self, services: Sequence[str], announce: Announce, newest: bool = False) -> None:
        pass

    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        self.commands.append(shlex.join(command))
        return self.answers.get(service, Completed(0, "", ""))

    def pending(self, environment: Environment) -> list[Change]:
        told = self._told(environment)
        missing = self.wanted.names() - self._running.keys()
        return [
            *(Change(name, (SHOULD_RUN,), START) for name in sorted(missing)),
            *(
                Change(name, ("environment",), "restarts")
                for name, before in self._running.items()
                if before != told
            ),
        ]

    def apply(
        self, environment: Environment, changes: Sequence[Change], announce: Announce
    ) -> None:
        self._running |= {change.name: self._told(environment) for change in changes}

    def address(
        self, environment: Environment, name: str, port: str | None = None
    ) -> tuple[str, int]:
        return LOOPBACK, int(environment[require_port(name, port)])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        return {}

    def kill(self, name: str) -> None:
        pass

    def freeze(self, name: str) -> None:
        pass

    def thaw(self, name: str) -> None:
        pass

    def hang(self, name: str) -> None:
        pass

    def unhang(self, name: str) -> None:
        pass

    def is_ready(self, environment: Environment, name: str) -> bool:
        return name in self._running

    def usage(self) -> dict[str, Usage]:
        return {}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {}

    @staticmethod
    def _told(environment: Environment) -> str:
        return "".join(file.text for file in environment.files.values())
