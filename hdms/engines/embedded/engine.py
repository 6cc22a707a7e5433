"""The embedded engine behind the seam of `hdms/engines/base.py`."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.catalog import (
    FRONTEND,
    RABBITMQ,
    SERVICES,
    component_names,
    find_service,
    needed_components,
    own_services_of,
    port_variable,
    process_names,
)
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus, Usage
from hdms.engines.embedded import frontend, servers, virtualenvs
from hdms.engines.embedded.account import components_account, require_passage
from hdms.engines.embedded.changes import Changes
from hdms.engines.embedded.configuration import programs, service_variables
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.orphans import end_orphans
from hdms.engines.embedded.replicas import unit_of
from hdms.engines.embedded.servers import postgres_folder
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.engines.embedded.usage import usage
from hdms.engines.host import inherited_environment, source_folder
from hdms.engines.lock import exclusively
from hdms.engines.starting import start_all
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import LOOPBACK
from hdms.process import Completed, follow_output, run
from hdms.stack import PROJECT, Stack

if TYPE_CHECKING:
    import psutil

_STATES = {"RUNNING": "running", "STARTING": "running", "STOPPED": "stopped", "STOPPING": "stopped"}


class EmbeddedEngine(Engine):
    """Real servers as processes of this machine, under supervisord; all state in `.hdms/`."""

    name = "embedded"

    def __init__(
        self,
        stack: Stack,
        virtual_environments: Mapping[str, Path] | None = None,
        disposable: bool = False,
    ) -> None:
        """Describe the engine; nothing is started.

        Args:
            virtual_environments: service -> the environment to use; default: made in `.hdms/venvs`.
            disposable: everything stops when the calling process is gone.
        """
        super().__init__(stack)
        self._given_environments = virtual_environments or {}
        self._disposable = disposable
        self._layout = Layout(stack)
        self._supervisor = Supervisor(self._layout)
        self._units = Units(self._layout, self._supervisor)
        self._changes = Changes(self._layout, self._supervisor, self._units)

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self._exclusively(announce):
            running = self.running()
            self._require_possible(environment, names, running)
            self.prepare(sorted({service.name for service in own_services_of(names)}), announce)
            self._supervisor.configure(
                programs(self._layout, environment, self._virtual_environments())
            )
            launched = not self._supervisor.alive
            try:
                if launched:
                    self._supervisor.launch(ends_with_parent=self._disposable)
                return start_all(
                    lambda name, given_up: self._units.start(environment, name, given_up), names
                )
            except BaseException:  # also Ctrl-C: nothing half-started is left
                self._supervisor.stop([name for name in names if name not in running])
                if launched:
                    self._supervisor.shut_down()
                raise

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        if not self.stack.state.exists():
            return []
        with self._exclusively(announce):
            running = self.running()
            stopping = [name for name in names or running if name in running]
            # What needs a component ends before it.
            for group in (process_names(), ["pgbouncer"], component_names()):
                self._supervisor.stop([name for name in group if name in stopping])
            if not names or not self.running():
                self._supervisor.shut_down()
            return stopping

    def delete_data(self) -> None:
        with self._exclusively(lambda _line: None):
            if self.running():
                raise HdmsError("the stack is running", "inv infra.down")
            layout = self._layout
            for folder in (*layout.data, layout.media, layout.config):
                if folder.exists():
                    shutil.rmtree(folder)
            layout.told.unlink(missing_ok=True)

    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        with self._exclusively(announce):
            if not self._supervisor.alive:
                raise HdmsError("nothing is running", "inv infra.up")
            self._supervisor.configure(
                programs(self._layout, environment, self._virtual_environments())
            )
            with self._clients_waiting_for(name, environment, announce):
                seconds = self._changes.restart(environment, name)
            return Started(name, seconds, self._units.place(environment, name))

    def status(self) -> list[UnitStatus]:
        infos = self._supervisor.infos()
        return [
            _status(name, [info for program, info in infos.items() if unit_of(program) == name])
            for name in [*component_names(), *process_names()]
        ]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        logs = self._layout.logs_of(name)
        if not logs:
            raise HdmsError(f"{name} has no log yet: it was never started")
        following = ["--follow=name"] if follow else []
        heads = ["--quiet"] if len(logs) == 1 else []  # else whose lines they are
        yield from follow_output(["tail", *heads, f"--lines={lines}", *following, *logs])

    def prepare(self, services: Sequence[str], announce: Announce) -> None:
        folders = self._virtual_environments()
        own = [name for name in services if name not in self._given_environments]
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(
                lambda s: virtualenvs.ensure(folders[s], find_service(s), announce), own
            ):
                pass

    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        folder = self._virtual_environments()[service]
        self.prepare([service], lambda _line: None)
        program, *arguments = command
        in_folder = folder / "bin" / program
        arguments = [str(in_folder) if in_folder.exists() else program, *arguments]
        return run(
            arguments,
            cwd=source_folder(find_service(service)),
            env=self.variables(environment, service),
            timeout=timeout,
            check=False,
            clean=True,
            interactive=interactive,
        )

    def pending(self, environment: Environment) -> list[Change]:
        return self._changes.pending(environment)

    def apply(self, environment: Environment, announce: Announce) -> None:
        with self._exclusively(announce):
            self._supervisor.configure(
                programs(self._layout, environment, self._virtual_environments())
            )
            self._changes.apply(environment, announce)

    def address(self, environment: Environment, name: str) -> tuple[str, int]:
        variable = port_variable(name)
        if variable is None:
            raise InvalidInput(f"{name} has no port of its own")
        return LOOPBACK, int(environment[variable])

    def management_address(self, environment: Environment) -> tuple[str, int]:
        return LOOPBACK, int(environment["RABBITMQ_MANAGEMENT_PORT"])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        own = service_variables(self._layout, environment, find_service(service))
        return {**inherited_environment(), **own}

    def kill(self, name: str) -> None:
        for process in self._processes(name):
            process.kill()

    def freeze(self, name: str) -> None:
        for process in self._family(name):
            process.suspend()

    def thaw(self, name: str) -> None:
        for process in self._family(name):
            process.resume()

    def usage(self) -> dict[str, Usage]:
        import psutil

        families = {}
        for name in self.running():
            with suppress(psutil.Error, HdmsError):
                families[name] = self._family(name)
        return {name: usage(family) for name, family in families.items()}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {
            "account": _described_account,
            "postgres": lambda: servers.described(servers.postgres_folder() / "postgres"),
            "pgbouncer": lambda: servers.described(servers.pgbouncer()),
            "redis": lambda: servers.described(servers.redis_server()),
            "rabbitmq": servers.rabbitmq_described,
            "nginx": lambda: servers.described(servers.nginx(), "-v"),
        }

    def _processes(self, name: str) -> "list[psutil.Process]":
        import psutil

        infos = self._supervisor.infos()
        pids = [info["pid"] for program, info in infos.items() if unit_of(program) == name]
        if not any(pids):
            raise HdmsError(f"{name} does not run", f"inv infra.start {name}")
        return [psutil.Process(pid) for pid in pids if pid]

    def _family(self, name: str) -> "list[psutil.Process]":
        own = self._processes(name)
        return [*own, *(child for process in own for child in process.children(recursive=True))]

    @contextmanager
    def _exclusively(self, announce: Announce) -> Iterator[None]:
        self._layout.make()
        with exclusively(self.stack, announce):
            if not self._supervisor.alive:
                end_orphans(self._layout.supervisord_pid, announce)
            yield

    def _require_possible(
        self, environment: Environment, names: Sequence[str], running: set[str]
    ) -> None:
        """Find what would make a start fail before anything is started."""
        missing = [name for name in needed_components(names) if name not in {*running, *names}]
        if missing:
            raise HdmsError(
                f"the services need {', '.join(missing)}, which is not running", "inv infra.up"
            )
        account = components_account()
        require_passage(self._layout.run, account, self.stack.home)
        require_passage(postgres_folder(), account, PROJECT)
        if RABBITMQ.name in names:
            servers.rabbitmq_server()
        if FRONTEND.name in names:
            servers.nginx()
            require_passage(frontend.PAGE / "index.html", account, PROJECT)
        for name in names:
            if name not in running:
                self._units.require_ports(environment, name)

    def _virtual_environments(self) -> dict[str, Path]:
        made = {service.name: self.stack.state / "venvs" / service.name for service in SERVICES}
        return {**made, **self._given_environments}


def _described_account() -> str:
    account = components_account()
    if account is None:
        return "an ordinary user"
    require_passage(PROJECT / "config", account, PROJECT)
    return f"root; the components run as {account}"


def _status(name: str, infos: Sequence[Mapping[str, object]]) -> UnitStatus:
    """Return the state of a unit, the worst of its programs."""
    if not infos:
        return UnitStatus(name, "stopped")
    units = [_status_of_program(name, info) for info in infos]
    order = ("failed", "stopped", "running")
    worst = min(units, key=lambda unit: order.index(unit.state))
    if len(units) == 1 or all(unit.state == "stopped" for unit in units):
        return worst
    return replace(worst, pid=None, detail=f"{len(units)} processes {worst.detail}".strip())


def _status_of_program(name: str, info: Mapping[str, object]) -> UnitStatus:
    state = _STATES.get(str(info["statename"]), "failed")
    if state != "running":
        detail = str(info["spawnerr"] or info["description"]) if state == "failed" else ""
        return UnitStatus(name, state, detail=detail)
    uptime = max(0, int(str(info["now"])) - int(str(info["start"])))
    return UnitStatus(name, state, pid=int(str(info["pid"])), uptime=float(uptime))
