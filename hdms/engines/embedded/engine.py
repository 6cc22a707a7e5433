"""The embedded engine behind the seam of `hdms/engines/base.py`."""

import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hdms.catalog import (
    FRONTEND,
    SERVICES,
    Service,
    component_names,
    find_service,
    process_names,
    service_of,
)
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus
from hdms.engines.embedded import frontend, servers, virtualenvs
from hdms.engines.embedded.account import components_account, require_passage
from hdms.engines.embedded.changes import Changes
from hdms.engines.embedded.configuration import programs, service_variables
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.orphans import end_orphans
from hdms.engines.embedded.programs import inherited_environment
from hdms.engines.embedded.servers import postgres_folder
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units, port_variable
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import LOOPBACK
from hdms.process import Completed, run
from hdms.stack import PROJECT, Stack, source_folder

LOCK_SECONDS = 600.0
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
            self.prepare(sorted({service.name for service in _own_services(names)}), announce)
            self._supervisor.configure(
                programs(self._layout, environment, self._virtual_environments())
            )
            launched = not self._supervisor.alive
            try:
                if launched:
                    self._supervisor.launch(ends_with_parent=self._disposable)
                return self._start_all(environment, names)
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
            for folder in (layout.postgres_data, layout.redis_data, layout.media, layout.config):
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
            seconds = self._changes.restart(environment, name)
            return Started(name, seconds, self._units.place(environment, name))

    def status(self) -> list[UnitStatus]:
        infos = self._supervisor.infos()
        return [_status(name, infos.get(name)) for name in [*component_names(), *process_names()]]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        log = self._layout.log(name)
        if not log.exists():
            raise HdmsError(f"{name} has no log yet: it was never started")
        arguments = ["tail", f"--lines={lines}", *(["--follow=name"] if follow else []), str(log)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as tail:
            try:
                yield from tail.stdout or ()
            finally:
                tail.terminate()

    def prepare(self, services: Sequence[str], announce: Announce) -> None:
        folders = self._virtual_environments()
        own = [name for name in services if name not in self._given_environments]
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(lambda s: virtualenvs.ensure(folders[s], s, announce), own):
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
            cwd=source_folder(service),
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

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        own = service_variables(self._layout, environment, find_service(service))
        return {**inherited_environment(), **own}

    @contextmanager
    def _exclusively(self, announce: Announce) -> Iterator[None]:
        """Hold the stack's lock: one change at a time, also from two terminals."""
        self._layout.make()
        lock = FileLock(self._layout.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            announce("another inv is changing this stack: waiting for it")
            try:
                lock.acquire(timeout=LOCK_SECONDS)
            except Timeout as error:
                raise HdmsError(
                    f"another inv has held {self._layout.lock} for {LOCK_SECONDS:.0f} s",
                    "find it with: pgrep -af inv",
                ) from error
        try:
            if not self._supervisor.alive:
                end_orphans(self._layout.supervisord_pid, announce)
            yield
        finally:
            lock.release()

    def _require_possible(
        self, environment: Environment, names: Sequence[str], running: set[str]
    ) -> None:
        """Find what would make a start fail before anything is started."""
        missing = [name for name in component_names() if name not in {*running, *names}]
        if missing and _own_services(names):
            raise HdmsError(
                f"the services need {', '.join(missing)}, which is not running", "inv infra.up"
            )
        account = components_account()
        require_passage(self._layout.run, account, self.stack.home)
        require_passage(postgres_folder(), account, PROJECT)
        if FRONTEND.name in names:
            servers.nginx()
            require_passage(frontend.PAGE / "index.html", account, PROJECT)
        for name in names:
            if name not in running:
                self._units.require_port(environment, name)

    def _virtual_environments(self) -> dict[str, Path]:
        made = {service.name: self.stack.state / "venvs" / service.name for service in SERVICES}
        return {**made, **self._given_environments}

    def _start_all(self, environment: Environment, names: Sequence[str]) -> list[Started]:
        cancelled = threading.Event()
        with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
            futures = [
                pool.submit(self._units.start, environment, name, cancelled) for name in names
            ]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                if not all(f.done() and f.exception() is None for f in futures):
                    cancelled.set()
        failures = [error for f in futures if (error := f.exception()) is not None]
        if failures:
            # The first one is the reason; the others were given up because of it.
            raise next((e for e in failures if "given up" not in str(e)), failures[0]) from None
        return [future.result() for future in futures]


def _own_services(names: Sequence[str]) -> set[Service]:
    """Return the services whose processes are named and that need packages and the components."""
    return {service_of(name) for name in names if name in process_names()} - {FRONTEND}


def _status(name: str, info: Mapping[str, object] | None) -> UnitStatus:
    if info is None:
        return UnitStatus(name, "stopped")
    state = _STATES.get(str(info["statename"]), "failed")
    if state != "running":
        detail = str(info["spawnerr"] or info["description"]) if state == "failed" else ""
        return UnitStatus(name, state, detail=detail)
    uptime = max(0, int(str(info["now"])) - int(str(info["start"])))
    return UnitStatus(name, state, pid=int(str(info["pid"])), uptime=float(uptime))
