"""The embedded engine behind the seam of `hdms/engines/base.py`."""

import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from hdms import app, virtualenvs
from hdms.catalog import (
    COMPONENTS,
    FRONTEND,
    SERVICES,
    component_names,
    find_service,
    own_services_of,
    process_names,
    require_port,
    starting_order,
)
from hdms.disk import LEAST_TO_INSTALL, LEAST_TO_RUN, require_space
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus, Usage, silent
from hdms.engines.embedded import families, frontend
from hdms.engines.embedded.account import described_account
from hdms.engines.embedded.changes import Changes
from hdms.engines.embedded.configuration import programs, service_variables
from hdms.engines.embedded.killing import supervisor_killed
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.orphans import end_orphans
from hdms.engines.embedded.readiness import is_ready
from hdms.engines.embedded.servers import described
from hdms.engines.embedded.starting import require_possible
from hdms.engines.embedded.state import status
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.engines.embedded.usage import usage
from hdms.engines.host import inherited_environment, source_folder
from hdms.engines.own_faults import OwnFault, full_disk
from hdms.engines.starting import start_all
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.interruption import uninterrupted
from hdms.ports import LOOPBACK
from hdms.process import Completed, end_running, follow_output, run
from hdms.stack import Stack

# What a start leaves half-done has taken no work yet: a RabbitMQ that boots hears no signal.
GIVING_UP_SECONDS = 2.0


class EmbeddedEngine(Engine):
    """Real servers as processes of this machine, under supervisord; all state in `.hdms/`."""

    name = "embedded"

    def __init__(
        self,
        stack: Stack,
        disposable: bool = False,
    ) -> None:
        """Describe the engine; nothing is started.

        Args:
            disposable: everything stops when the calling process is gone.
        """
        super().__init__(stack)
        self._disposable = disposable
        self._layout = Layout(stack)
        self._supervisor = Supervisor(self._layout)
        self._units = Units(self._layout, self._supervisor)
        self._changes = Changes(self._layout, self._supervisor, self._units, self.wanted)

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self._exclusively(announce):
            running = self.running()
            if not running.issuperset(names):
                require_space(self.stack.home, self.least_space())
            require_possible(self._layout, environment, names, running)
            self._configure(environment, names, announce)
            launched = not self._supervisor.alive
            started = [name for name in names if name not in running]

            def give_up() -> None:
                end_running()  # initdb, psql
                self._supervisor.stop(started, GIVING_UP_SECONDS)

            with self.wanted.starting(names):
                try:
                    if launched:
                        self._supervisor.launch(ends_with_parent=self._disposable)
                    self._units.stop_unproven([name for name in names if name in self.running()])
                    return start_all(
                        lambda name, given_up: self._units.start(environment, name, given_up),
                        names,
                        give_up,
                    )
                except BaseException:  # also Ctrl-C: nothing half-started is left
                    with uninterrupted():
                        give_up()  # also what was being started just then
                        if launched:
                            self._supervisor.shut_down()
                    raise

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        if not self.stack.state.exists():
            return []
        with self._exclusively(announce):
            running = self.running()
            stopping = [name for name in names or running if name in running]
            self.wanted.remove(names or self.wanted.names())
            for group in reversed(starting_order(stopping)):
                self._supervisor.stop(group)
            if not names or not self.running():
                self._supervisor.shut_down()
                frontend.forget(self._layout)
                virtualenvs.remove_former()
            return stopping

    def delete_data(self) -> None:
        with self._exclusively(silent):
            if self.running():
                raise HdmsError("the stack is running", "inv infra.down")
            layout = self._layout
            data = (layout.data(name) for name in component_names())
            for folder in (*data, layout.media, layout.config):
                if folder.exists():
                    shutil.rmtree(folder)
            layout.told.unlink(missing_ok=True)

    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        with self._exclusively(announce):
            if not self._supervisor.alive:
                raise HdmsError("nothing is running", "inv infra.up")
            self._configure(environment, [name], announce)
            self.wanted.add([name])
            with self._clients_waiting_for(name, environment, announce):
                return self._units.restart(environment, name)

    def update(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self._exclusively(announce):
            running = self.running()
            updated = [name for name in names if name in running]
            self._configure(environment, updated, announce)
            started = []
            for name in updated:
                announce(f"{name} is replaced")
                seconds = self._changes.update(environment, name)
                started.append(Started(name, seconds, self._units.place(environment, name)))
            return started

    def status(self) -> list[UnitStatus]:
        infos = self._supervisor.infos()
        return [self._noted(status(name, infos)) for name in [*component_names(), *process_names()]]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        logs = self._layout.logs_of(name)
        if not logs:
            raise HdmsError(f"{name} has no log yet: it was never started")
        following = ["--follow=name"] if follow else []
        heads = ["--quiet"] if len(logs) == 1 else []  # else whose lines they are
        yield from follow_output(["tail", *heads, f"--lines={lines}", *following, *logs])

    def prepare(self, services: Sequence[str], announce: Announce, newest: bool = False) -> None:
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(lambda service: _install(service, announce), services):
                pass

    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        folder = virtualenvs.folder_of(service)
        self.prepare([service], silent)
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

    def apply(
        self, environment: Environment, changes: Sequence[Change], announce: Announce
    ) -> None:
        names = [change.name for change in changes]
        with self._exclusively(announce):
            self._configure(environment, names, announce)
            self.wanted.add(names)
            if not self._supervisor.alive:
                self._supervisor.launch(ends_with_parent=self._disposable)
            self._changes.apply(environment, changes, announce)

    def address(
        self, environment: Environment, name: str, port: str | None = None
    ) -> tuple[str, int]:
        return LOOPBACK, int(environment[require_port(name, port)])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        own = service_variables(self._layout, environment, find_service(service))
        return {**inherited_environment(), **own}

    def kill(self, name: str) -> None:
        for process in families.processes(self._supervisor, name):
            process.kill()
        # Its successor's guard does so, too, but later than who asks at once.
        self._units.forget_work(name)

    def freeze(self, name: str) -> None:
        for process in families.family(self._supervisor, name):
            process.suspend()

    def thaw(self, name: str) -> None:
        for process in families.family(self._supervisor, name):
            process.resume()

    def own_faults(self) -> Sequence[OwnFault]:
        return supervisor_killed(self, self._supervisor), full_disk(lambda: self.stack.home)

    def hang(self, name: str) -> None:
        families.signal_groups(self._supervisor, name, signal.SIGSTOP)

    def unhang(self, name: str) -> None:
        families.signal_groups(self._supervisor, name, signal.SIGCONT)

    def is_ready(self, environment: Environment, name: str) -> bool:
        return is_ready(self._layout, environment, name)

    def usage(self) -> dict[str, Usage]:
        import psutil

        found = {}
        for name in self.running():
            with suppress(psutil.Error, HdmsError):
                found[name] = families.family(self._supervisor, name)
        return {name: usage(family) for name, family in found.items()}

    def least_space(self) -> int:
        installed = all(virtualenvs.folder_of(service.name).exists() for service in SERVICES)
        return LEAST_TO_RUN if installed else LEAST_TO_INSTALL

    def needs(self) -> Mapping[str, Callable[[], str]]:
        components: dict[str, Callable[[], str]] = {}
        for component in COMPONENTS:
            part = component.embedded
            components |= {component.name: part.described, **part.needs(self._layout)}
        return {
            "account": described_account,
            **components,
            "nginx": lambda: described(frontend.nginx(), "-v"),
        }

    @contextmanager
    def _exclusively(self, announce: Announce) -> Iterator[None]:
        self._layout.make()
        self._units.announce = self._supervisor.announce = announce
        with self.exclusively(announce):
            supervisor = self._supervisor.process() if self._supervisor.alive else None
            # One that answers and cannot be found keeps everything: nothing is ended on a guess.
            if supervisor is not None or not self._supervisor.alive:
                end_orphans(self.stack, supervisor, announce)
            yield

    def _configure(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> None:
        """Make ready what these need, and write what supervisord knows of all."""
        needed = {service.name for service in own_services_of(names)}
        self.prepare(sorted(needed | ({FRONTEND.name} & set(names))), announce)
        folders = {service.name: virtualenvs.folder_of(service.name) for service in SERVICES}
        self._supervisor.configure(programs(self._layout, environment, folders))


def _install(service: str, announce: Announce) -> None:
    """Make ready what a service runs with: its packages, or the files that nginx serves."""
    if service == FRONTEND.name:
        app.ensure(announce)
    else:
        virtualenvs.ensure(virtualenvs.folder_of(service), service, announce)
