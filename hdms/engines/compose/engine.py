"""The Compose engine behind the seam of `hdms/engines/base.py`."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from hdms.catalog import (
    WEB_SERVICES,
    component_names,
    find_service,
    own_services_of,
    port_variable,
    process_names,
    service_of,
)
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus
from hdms.engines.compose import changes, postgres
from hdms.engines.compose.containers import Containers, address, status
from hdms.engines.compose.project import Project, require_docker
from hdms.engines.host import inherited_environment, place, service_variables
from hdms.engines.lock import exclusively
from hdms.engines.starting import start_all
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import LOOPBACK
from hdms.process import Completed, follow_output
from hdms.stack import Stack

BUILT = ("pgbouncer", *(service.name for service in WEB_SERVICES))


class ComposeEngine(Engine):
    """Everything in containers, as docker-compose.yml says; data in Docker's volumes."""

    name = "compose"

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._project = Project(stack)
        self._containers = Containers()

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self._exclusively(announce):
            states = {unit.name: unit.state for unit in self.status()}
            new = [name for name in names if states[name] in ("stopped", "failed")]
            self._require_possible(names)
            try:
                self._create(new, announce)
                return self._start(environment, names, announce)
            except BaseException:  # also Ctrl-C: nothing half-started is left
                self._stop(new)
                self._containers.remove(self._project.name, new, only_created=True)
                raise

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        if not self._existing():
            return []
        with self._exclusively(announce):
            running = self.running()
            units = [*component_names(), *process_names()]
            stopping = [name for name in names or units if name in running]
            if names:
                self._stop(stopping)
            else:
                self._project.compose_on_what_exists("down", "--remove-orphans")
            return stopping

    def delete_data(self) -> None:
        with self._exclusively(lambda _line: None):
            if self.running():
                raise HdmsError("the stack is running", "inv infra.down")
            self._project.compose_on_what_exists("down", "--volumes", "--remove-orphans")

    def delete_images(self) -> None:
        """Delete the images that were built for this stack."""
        self._containers.remove_images(self._project.name)

    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        with self._exclusively(announce):
            if not self.running():
                raise HdmsError("nothing is running", "inv infra.up")
            self._stop([name])
            self._create([name], announce)
            return self._start(environment, [name], announce)[0]

    def status(self) -> list[UnitStatus]:
        existing = self._existing()
        return [
            status(name, existing.get(name, [])) for name in [*component_names(), *process_names()]
        ]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        containers = self._existing().get(name)
        if not containers:
            raise HdmsError(f"{name} has no log yet: it was never started, or was taken down")
        following = ["--follow"] if follow else []
        yield from follow_output(
            ["docker", "logs", f"--tail={lines}", *following, str(containers[0].id)]
        )

    def prepare(self, services: Sequence[str], announce: Announce) -> None:
        running = self.running()
        self._build([name for name in services if name not in running], announce)

    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        # Docker's client can be killed; what it started in the container must end by itself.
        bounded = [*(["timeout", f"{timeout:.0f}"] if timeout else []), *command]
        terminal = [] if interactive else ["-T"]
        inside = (
            ["exec", *terminal, service]
            if service in self.running()
            else ["run", "--rm", "--no-deps", *terminal, service]
        )
        return self._project.compose(
            *inside, *bounded, check=False, interactive=interactive, timeout=timeout
        )

    def pending(self, environment: Environment) -> list[Change]:
        existing = self._existing()
        return changes.pending(self._project, existing, environment) if existing else []

    def apply(self, environment: Environment, announce: Announce) -> None:
        with self._exclusively(announce):
            todo = self.pending(environment)
            for change in todo:
                announce(f"{change.name} {change.action}")
            # First in the database that runs: a run that is interrupted after this finds the
            # containers still to be recreated, and comes here again.
            if any(change.name == "postgres" for change in todo):
                self._provision_if_running(environment)
            recreated = [c.name for c in todo if c.action == changes.RECREATE]
            if "pgbouncer" in recreated:
                self._build(["pgbouncer"], announce)
            for group in (["postgres"], ["pgbouncer", "redis"], process_names()):
                names = [name for name in group if name in recreated]
                if names:
                    self._recreate(environment, names, announce)

    def address(self, environment: Environment, name: str) -> tuple[str, int]:
        variable = port_variable(name)
        if variable is None:
            raise InvalidInput(f"{name} has no port of its own")
        for container in self._existing().get(name, []):
            if container.status == "running":
                return address(container)
        return LOOPBACK, int(environment[variable])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        own = service_variables(environment, find_service(service))
        return {**inherited_environment(), **own}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {"docker": require_docker}

    @contextmanager
    def _exclusively(self, announce: Announce) -> Iterator[None]:
        self.stack.state.mkdir(parents=True, exist_ok=True)
        with exclusively(self.stack, announce):
            yield

    def _existing(self) -> changes.Existing:
        return self._containers.of(self._project.name)

    def _require_possible(self, names: Sequence[str]) -> None:
        """Find what would make a start fail before anything is started."""
        require_docker()
        missing = [name for name in component_names() if name not in {*self.running(), *names}]
        if missing and own_services_of(names):
            raise HdmsError(
                f"the services need {', '.join(missing)}, which is not running", "inv infra.up"
            )

    def _build(self, names: Sequence[str], announce: Announce) -> None:
        images = {service_of(n).name if n in process_names() else n for n in names}
        built = sorted(images.intersection(BUILT))
        if built:
            announce(f"building the images of {', '.join(built)} (minutes the first time)")
            self._project.build(built)

    def _create(self, names: Sequence[str], announce: Announce) -> None:
        """Create containers of what is stopped, without starting them; nothing else changes."""
        if not names:
            return
        self._build(names, announce)
        self._containers.remove(self._project.name, names)
        # With their dependencies (not `--no-deps`), which are in a container's hash: else plain
        # `docker compose up` would take each container for changed.
        self._project.compose("up", "--no-start", "--no-build", "--no-recreate", *names)

    def _start(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        existing = self._existing()
        running = {name for name in names if status(name, existing[name]).state == "running"}

        def start(name: str, given_up: threading.Event) -> Started:
            note = place(environment, name)
            if name in running:
                return Started(name, 0.0, note)
            if name == "postgres":
                # Stopped while it fills an empty volume, it would not hear the signal, be killed
                # after a minute, and leave a cluster that never starts.
                given_up = threading.Event()
            seconds = self._containers.start(existing[name], given_up)
            if name == "postgres":
                postgres.provision(str(existing[name][0].id), environment)
            announce(f"{name} is healthy after {seconds:.1f} s")
            return Started(name, seconds, note)

        return start_all(start, names)

    def _recreate(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        self._project.compose("up", "--no-start", "--no-build", "--force-recreate", *names)
        return self._start(environment, names, announce)

    def _provision_if_running(self, environment: Environment) -> None:
        for container in self._existing().get("postgres", []):
            if container.status == "running":
                postgres.provision(str(container.id), environment)

    def _stop(self, names: Sequence[str]) -> None:
        existing = [name for name in names if name in self._existing()]
        if existing:
            self._project.compose_on_what_exists("stop", *existing)
