"""The Compose engine behind the seam of `hdms/engines/base.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from hdms.catalog import (
    RABBITMQ,
    component_names,
    find_service,
    needed_components,
    port_variable,
    process_names,
)
from hdms.engines.base import Announce, Change, Engine, Started, UnitStatus, Usage
from hdms.engines.compose import changes, postgres
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.containers import Containers
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import address, status
from hdms.engines.compose.units import AMQP_PORT, MANAGEMENT_PORT, Units
from hdms.engines.compose.usage import usage
from hdms.engines.host import inherited_environment, service_variables
from hdms.engines.lock import exclusively
from hdms.engines.starting import uninterrupted
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import LOOPBACK
from hdms.process import Completed, follow_output
from hdms.stack import Stack


class ComposeEngine(Engine):
    """Everything in containers, as docker-compose.yml says; data in Docker's volumes."""

    name = "compose"

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._project = Project(stack)
        self._containers = Containers()
        self._units = Units(self._project, self._containers)

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self._exclusively(announce):
            require_docker()
            states = {unit.name: unit.state for unit in self.status()}
            self._require_components(names, states)
            new = [name for name in names if states[name] in ("stopped", "failed")]
            try:
                return self._units.start(environment, names, announce)
            except BaseException:  # also Ctrl-C: nothing half-started is left
                with uninterrupted(), suppress(HdmsError):
                    self._units.stop(new)
                    self._containers.remove(self._project.name, new, only_created=True)
                raise

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        if not self._units.existing():
            return []
        with self._exclusively(announce):
            running = self.running()
            units = [*component_names(), *process_names()]
            stopping = [name for name in names or units if name in running]
            self._units.stop(stopping)
            if not names:
                self._containers.remove_all(self._project.name)
            return stopping

    def delete_data(self) -> None:
        with self._exclusively(lambda _line: None):
            if self.running():
                raise HdmsError("the stack is running", "inv infra.down")
            self._containers.remove_all(self._project.name)
            self._containers.remove_volumes(self._project.name)

    def discard(self) -> None:
        """Stop and delete everything of this stack at once, built images too."""
        self._containers.remove_all(self._project.name)
        self._containers.remove_volumes(self._project.name)
        self._containers.remove_images(self._project.name)

    def restart(self, environment: Environment, name: str, announce: Announce) -> Started:
        with self._exclusively(announce):
            if not self.running():
                raise HdmsError("nothing is running", "inv infra.up")
            # What takes a while comes before it is stopped.
            self._units.build([name], announce)
            containers = self._units.existing().get(name, [])
            changed = any(change.name == name for change in self.pending(environment))
            as_it_is = not changed and all(map(self._containers.has_current_image, containers))
            with self._clients_waiting_for(name, environment, announce):
                self._units.stop([name])
                if containers and as_it_is:
                    return self._units.start_again(environment, name, announce)
                return self._units.start(environment, [name], announce, build=False)[0]

    def status(self) -> list[UnitStatus]:
        existing = self._units.existing()
        return [
            status(name, existing.get(name, [])) for name in [*component_names(), *process_names()]
        ]

    def logs(self, name: str, lines: int, follow: bool) -> Iterator[str]:
        containers = self._units.existing().get(name)
        if not containers:
            raise HdmsError(f"{name} has no log yet: it was never started, or was taken down")
        following = ["--follow"] if follow else []
        for container in containers[:1] if follow else containers:  # there may be replicas
            yield from follow_output(
                ["docker", "logs", f"--tail={lines}", *following, str(container.id)]
            )

    def prepare(self, services: Sequence[str], announce: Announce) -> None:
        running = self.running()
        self._units.build([name for name in services if name not in running], announce)

    def run(
        self,
        environment: Environment,
        service: str,
        command: Sequence[str],
        timeout: float | None = None,
        interactive: bool = False,
    ) -> Completed:
        # Killed at the timeout is Docker's client; what it started must end by itself.
        bounded = [*(["timeout", f"{timeout + 1:.0f}"] if timeout else []), *command]
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
        existing = self._units.existing()
        return changes.pending(self._project, existing, environment) if existing else []

    def apply(self, environment: Environment, announce: Announce) -> None:
        with self._exclusively(announce):
            todo = self.pending(environment)
            states = {unit.name: unit.state for unit in self.status()}
            self._require_components([change.name for change in todo], states)
            for change in todo:
                announce(f"{change.name} {change.action}")
            # First in the database that runs: a run that is interrupted after this finds the
            # containers still to be recreated, and comes here again.
            if any(change.name == "postgres" for change in todo):
                self._provision_if_running(environment)
            self._units.resize(
                environment, [c.name for c in todo if c.action == changes.RESIZE], announce
            )
            recreated = [c.name for c in todo if c.action == changes.RECREATE]
            self._units.build(recreated, announce)
            for group in (["postgres"], ["pgbouncer", "redis", "rabbitmq"], process_names()):
                names = [name for name in group if name in recreated]
                if names:
                    self._units.recreate(environment, names, announce)

    def address(self, environment: Environment, name: str) -> tuple[str, int]:
        variable = port_variable(name)
        if variable is None:
            raise InvalidInput(f"{name} has no port of its own")
        for container in self._units.existing().get(name, []):
            if container.status == "running":
                return address(container, AMQP_PORT if name == RABBITMQ.name else None)
        return LOOPBACK, int(environment[variable])

    def management_address(self, environment: Environment) -> tuple[str, int]:
        for container in self._units.existing().get(RABBITMQ.name, []):
            if container.status == "running":
                return address(container, MANAGEMENT_PORT)
        return LOOPBACK, int(environment["RABBITMQ_MANAGEMENT_PORT"])

    def variables(self, environment: Environment, service: str) -> dict[str, str]:
        own = service_variables(environment, find_service(service))
        return {**inherited_environment(), **own}

    def kill(self, name: str) -> None:
        for container in self._units.existing().get(name, []):
            # From inside: Docker takes `docker kill` for a wish that it stay down.
            container.exec_run(["sh", "-c", "kill -9 -1"])

    def freeze(self, name: str) -> None:
        for container in self._units.existing().get(name, []):
            container.pause()

    def thaw(self, name: str) -> None:
        for container in self._units.existing().get(name, []):
            container.unpause()

    def usage(self) -> dict[str, Usage]:
        existing = self._units.existing()
        with ThreadPoolExecutor(max_workers=max(1, len(existing))) as pool:
            found = zip(existing, pool.map(usage, existing.values()), strict=True)
        return {name: used for name, used in found if used is not None}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {"docker": require_docker}

    @contextmanager
    def _exclusively(self, announce: Announce) -> Iterator[None]:
        self.stack.state.mkdir(parents=True, exist_ok=True)
        with exclusively(self.stack, announce):
            yield

    @staticmethod
    def _require_components(names: Sequence[str], states: Mapping[str, str]) -> None:
        needed = needed_components(names)
        missing = [n for n in needed if n not in names and states[n] != "running"]
        if missing:
            raise HdmsError(
                f"the services need {', '.join(missing)}, which is not running", "inv infra.up"
            )

    def _provision_if_running(self, environment: Environment) -> None:
        for container in self._units.existing().get("postgres", []):
            if container.status == "running":
                postgres.provision(str(container.id), environment)
