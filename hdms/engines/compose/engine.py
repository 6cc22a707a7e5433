"""The Compose engine behind the seam of `hdms/engines/base.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from hdms.catalog import (
    COMPONENTS,
    component_names,
    components_among,
    find_service,
    port_inside,
    process_names,
    require_port,
    starting_order,
)
from hdms.components.component import Component
from hdms.components.compose import Volume
from hdms.disk import require_space
from hdms.engines.base import START, Announce, Change, Engine, Started, UnitStatus, Usage, silent
from hdms.engines.compose import changes, definition, killing, secrets
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.containers import Containers
from hdms.engines.compose.project import Project
from hdms.engines.compose.replacement import Replacement
from hdms.engines.compose.state import address, current, is_healthy, require_published, status
from hdms.engines.compose.units import Units
from hdms.engines.compose.usage import usage
from hdms.engines.host import inherited_environment, ports_wanted, service_variables
from hdms.engines.own_faults import OwnFault, full_disk
from hdms.engines.starting import require_components
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.interruption import uninterrupted
from hdms.ports import LOOPBACK, require_all_free
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
        self._replacement = Replacement(self._project, self._containers, self._units)

    def up(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self.exclusively(announce):
            require_docker()
            states = {unit.name: unit.state for unit in self.status()}
            require_components(names, {n for n, state in states.items() if state == "running"})
            require_space(self.stack.home, self.least_space())
            for component in components_among(names):
                if component.compose.volume:
                    self._described_data(component, component.compose.volume)
            stopped = [name for name, state in states.items() if state in ("stopped", "failed")]
            new = [name for name in names if name in stopped]
            later = [name for name in stopped if name not in names]
            if not environment.in_production:  # there, but for the front door, none is taken
                require_all_free(
                    ports_wanted(environment, new),
                    ports_wanted(environment, later),
                    self._containers.holder,
                    lambda port: self._containers.publish(self._project.name, port),
                )
            with self.wanted.starting(names):
                try:
                    return self._units.start(environment, names, announce)
                except BaseException:  # also Ctrl-C: nothing half-started is left
                    with uninterrupted(), suppress(HdmsError):
                        self._containers.give_up(self._project.name, new)
                        self._containers.remove(self._project.name, new, only_created=True)
                    raise

    def down(self, names: Sequence[str], announce: Announce) -> list[str]:
        if not self._units.existing() and not self.wanted.names():
            return []
        with self.exclusively(announce):
            self.wanted.remove(names or self.wanted.names())
            running = self.running()
            units = [*component_names(), *process_names()]
            stopping = [name for name in names or units if name in running]
            self._units.stop(stopping, announce)
            if not names:
                self._containers.remove_all(self._project.name)
            return stopping

    def delete_data(self) -> None:
        with self.exclusively(silent):
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
        with self.exclusively(announce):
            if not self.running():
                raise HdmsError("nothing is running", "inv infra.up")
            # What takes a while comes before it is stopped.
            self._units.build([name], announce)
            containers = self._units.existing().get(name, [])
            changed = any(change.name == name for change in self.pending(environment))
            as_it_is = not changed and all(map(self._containers.has_current_image, containers))
            self.wanted.add([name])
            with self._clients_waiting_for(name, environment, announce):
                self._units.stop([name], announce)
                if containers and as_it_is:
                    return self._units.start_again(environment, name, announce)
                return self._units.start(environment, [name], announce, build=False)[0]

    def update(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        with self.exclusively(announce):
            self._units.build(names, announce)
            differing = {c.name for c in self.pending(environment) if c.action == changes.RECREATE}
            replaced = [name for name in names if name in differing]
            return self._replacement.replace(environment, replaced, announce)

    def status(self) -> list[UnitStatus]:
        existing = self._units.existing()
        return [
            self._noted(status(name, existing.get(name, [])))
            for name in [*component_names(), *process_names()]
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

    def prepare(self, services: Sequence[str], announce: Announce, newest: bool = False) -> None:
        running = set() if newest else self.running()
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
        terminal = self._project.as_owner_of_source(service) if interactive else ["-T"]
        inside = (
            ["exec", *terminal, service]
            if self._runs_as_built(service)
            else ["run", "--rm", "--no-deps", *terminal, service]
        )
        return self._project.compose(
            *inside, *bounded, check=False, interactive=interactive, timeout=timeout
        )

    def lend_testing(self, service: str) -> None:
        self._project.lend_testing(service)

    def pending(self, environment: Environment) -> list[Change]:
        existing, wanted = self._units.existing(), self.wanted.names()
        return changes.pending(self._project, existing, wanted, environment)

    def apply(self, environment: Environment, todo: Sequence[Change], announce: Announce) -> None:
        with self.exclusively(announce):
            require_components([change.name for change in todo], self.running())
            self.wanted.add(change.name for change in todo)
            for change in todo:
                announce(f"{change.name} {change.action}")
            named = {
                action: [c.name for c in todo if c.action == action]
                for action in (START, changes.RECREATE, changes.RESIZE)
            }
            # What takes minutes, and may fail, before anything is told or stopped.
            self._units.build([*named[START], *named[changes.RECREATE]], announce)
            # First in the database that runs: a run that is interrupted after this finds the
            # containers still to be recreated, and comes here again.
            self._units.tell(environment, [change.name for change in todo])
            self._units.resize(environment, named[changes.RESIZE], announce)
            moved = [c.name for c in todo if definition.NETWORKS in c.variables]
            if moved:
                self._replacement.join_networks(moved)
            for group in starting_order([change.name for change in todo]):
                started = [name for name in group if name in named[START]]
                recreated = [name for name in group if name in named[changes.RECREATE]]
                if started:
                    self._units.start(environment, started, announce, build=False)
                if recreated:
                    self._replacement.replace(environment, recreated, announce)
            if moved:
                self._replacement.leave_networks()

    def stale_files(self, environment: Environment) -> list[Path]:
        return secrets.stale_files(environment)

    def write_files(self, environment: Environment) -> None:
        secrets.write_files(environment)

    def address(
        self, environment: Environment, name: str, port: str | None = None
    ) -> tuple[str, int]:
        variable = require_port(name, port)
        for container in self._units.existing().get(name, []):
            if container.status == "running":
                return address(container, port_inside(name, variable))
        require_published(environment, name)
        return LOOPBACK, int(environment[variable])

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

    def own_faults(self) -> Sequence[OwnFault]:
        others = "every container of this machine"
        return killing.docker_killed(others), full_disk(killing.data_folder, others)

    def hang(self, name: str) -> None:
        self._signal_programs(name, "STOP")

    def unhang(self, name: str) -> None:
        from docker.errors import DockerException

        with suppress(DockerException, HdmsError):  # it is just being started anew
            self._signal_programs(name, "CONT")

    def is_ready(self, environment: Environment, name: str) -> bool:
        containers = current(self._units.existing().get(name, []))
        return bool(containers) and all(map(is_healthy, containers))

    def usage(self) -> dict[str, Usage]:
        existing = self._units.existing()
        with ThreadPoolExecutor(max_workers=max(1, len(existing))) as pool:
            found = zip(existing, pool.map(usage, existing.values()), strict=True)
        return {name: used for name, used in found if used is not None}

    def needs(self) -> Mapping[str, Callable[[], str]]:
        return {
            "docker": require_docker,
            **{
                volume.subject: partial(self._described_data, component, volume)
                for component in COMPONENTS
                if (volume := component.compose.volume)
            },
        }

    def _signal_programs(self, name: str, signal: str) -> None:
        """Send a signal to the group of each container's program, which Docker's init started."""
        command = f"read -r program _ </proc/1/task/1/children; kill -s {signal} -- -$program"
        for container in self._units.existing().get(name, []):
            code, said = container.exec_run(["sh", "-c", command])
            if code != 0:
                raise HdmsError(f"{name} could not be sent SIG{signal}: {said!r}")

    def _described_data(self, component: Component, volume: Volume) -> str:
        """Return what a component's data are; raises where they cannot be read."""
        part = component.compose
        existing = self._units.existing().get(component.name)
        if existing:
            return part.described_data(existing)
        with self._containers.showing(self._project.name, volume) as shown:
            return part.described_data(shown)

    def _runs_as_built(self, service: str) -> bool:
        """Return whether a container of a service runs the code of its newest image."""
        if service not in self.running():
            return False
        return all(map(self._containers.has_current_image, self._units.existing()[service]))
