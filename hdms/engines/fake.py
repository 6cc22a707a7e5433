"""An engine that runs nothing, for tests of what stands above the seam."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from hdms.catalog import component_names, find_service, needed_components, process_names
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus, Usage
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
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
        self._running |= {name: self._told(environment) for name in names}
        return [Started(name, 0.0, "") for name in names]

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        stopped = [name for name in names or list(self._running) if name in self._running]
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

    def status(self) -> list[UnitStatus]:
        return [
            UnitStatus(name, "running", pid=1)
            if name in self._running
            else UnitStatus(name, "stopped")
            for name in [*component_names(), *process_names()]
        ]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        if name not in self._running:
            raise HdmsError(f"{name} has no log yet: it was never started")
        yield from ["started\n"][:lines]

    def prepare(self, services: Sequence[str], announce: Announce) -> None:
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
        return [
            Change(name, ("environment",), "restarts")
            for name, before in self._running.items()
            if before != told
        ]

    def apply(self, environment: Environment, announce: Announce) -> None:
        self._running = dict.fromkeys(self._running, self._told(environment))

    def address(self, environment: Environment, name: str) -> tuple[str, int]:
        if name not in ("pgbouncer", "redis", "rabbitmq"):
            name = find_service(name).name
            return "127.0.0.1", int(environment[find_service(name).port_variable])
        return "127.0.0.1", int(environment[f"{name.upper()}_HOST_PORT"])

    def management_address(self, environment: Environment) -> tuple[str, int]:
        return "127.0.0.1", int(environment["RABBITMQ_MANAGEMENT_PORT"])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        return {}

    def kill(self, name: str) -> None:
        pass

    def freeze(self, name: str) -> None:
        pass

    def thaw(self, name: str) -> None:
        pass

    def usage(self) -> dict[str, Usage]:
        return {}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {}

    @staticmethod
    def _told(environment: Environment) -> str:
        return "".join(file.text for file in environment.files.values())
