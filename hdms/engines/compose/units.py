"""Building, creating, starting and stopping the containers of components and processes."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from hdms.catalog import (
    COMPONENTS,
    WEB_SERVICES,
    component_called,
    components_among,
    port_variable,
    process_names,
    service_of,
    starting_order,
)
from hdms.engines.base import Announce, Started
from hdms.engines.compose import secrets
from hdms.engines.compose.containers import Containers
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import address, status
from hdms.engines.host import place
from hdms.engines.starting import start_all
from hdms.environment.environment import Environment
from hdms.process import end_running

if TYPE_CHECKING:
    from docker.models.containers import Container

    Created = Future[Mapping[str, list[Container]]]

BUILT = (
    *(component.name for component in COMPONENTS if component.compose.built),
    *(service.name for service in WEB_SERVICES),
)


class Units:
    """The containers of one stack, by the names of the catalog."""

    def __init__(self, project: Project, containers: Containers) -> None:
        self._project = project
        self._containers = containers
        # Two of Compose at once would both make the networks.
        self._creating = threading.Lock()
        self._definitions: Mapping[str, Any] = {}

    def start(
        self,
        environment: Environment,
        names: Sequence[str],
        announce: Announce,
        build: bool = True,
    ) -> list[Started]:
        """Create and start what does not run, side by side, and wait until all is healthy.

        Args:
            build: make the images first, where something changed.

        Raises:
            HdmsError: one cannot start; the message holds the last lines of its log.
        """
        states = {name: status(name, found).state for name, found in self.existing().items()}
        new = [n for n in names if states.get(n, "stopped") in ("stopped", "failed")]
        built = [name for name in new if _image(name) in BUILT]
        secrets.write_files(environment)
        with ThreadPoolExecutor() as pool:
            # While images are built, what needs none starts already.
            created = dict.fromkeys(built, pool.submit(self._create, built, announce, build))
            others = [name for name in names if name not in built]
            unbuilt = [name for name in new if name not in built]
            created |= dict.fromkeys(others, pool.submit(self._create, unbuilt, announce, build))
            pool.submit(self.defined)
            running = {name for name in names if states.get(name) == "running"}
            return self.start_created(environment, names, created, running, announce)

    def resize(self, environment: Environment, names: Sequence[str], announce: Announce) -> None:
        """Start or remove what some units have too few or too many; the others go on."""
        if names:
            secrets.write_files(environment)
            self._project.compose("up", "--no-start", "--no-build", "--no-recreate", *names)
            created: Created = Future()
            created.set_result(self.existing())
            self.start_created(environment, names, dict.fromkeys(names, created), set(), announce)

    def start_again(self, environment: Environment, name: str, announce: Announce) -> Started:
        """Start the containers of a unit that was stopped, as they are."""
        created: Created = Future()
        created.set_result(self.existing())
        return self.start_created(environment, [name], {name: created}, set(), announce)[0]

    def build(self, names: Sequence[str], announce: Announce) -> None:
        """Build the images of components and processes; quick where nothing changed."""
        images = sorted({_image(name) for name in names}.intersection(BUILT))
        if images:
            announce(f"building the images of {', '.join(images)} (minutes the first time)")
            self._project.build(images)

    def stop(self, names: Sequence[str], announce: Announce) -> None:
        """Stop containers, what needs others first; they, and what they logged, stay."""
        existing = self.existing()
        for group in reversed(starting_order(names)):
            self._containers.stop([c for n in group for c in existing.get(n, ())], announce)

    def tell(self, environment: Environment, names: Sequence[str]) -> None:
        """Let components that run take over what they can while they do."""
        existing = self.existing()
        for component in components_among(names):
            for container in existing.get(component.name, ()):
                if container.status == "running":
                    component.compose.tell(container, environment)

    def existing(self) -> Mapping[str, list["Container"]]:
        """Return name -> containers, running or not."""
        return self._containers.of(self._project.name)

    def defined(self) -> Mapping[str, Any]:
        """Return the Compose services, asked for once."""
        with self._creating:
            self._definitions = self._definitions or self._project.services()
        return self._definitions

    def _create(
        self, names: Sequence[str], announce: Announce, build: bool
    ) -> Mapping[str, list["Container"]]:
        """Create containers of what is stopped, without starting them; nothing else changes."""
        if names:
            if build:
                self.build(names, announce)
            with self._creating:
                self._project.compose("config", "--quiet")  # before anything is removed
                self._containers.remove(self._project.name, names)
                # With their dependencies (not `--no-deps`), which are in a container's hash: else
                # plain `docker compose up` would take each container for changed.
                self._project.compose("up", "--no-start", "--no-build", "--no-recreate", *names)
        return self.existing()

    def start_created(
        self,
        environment: Environment,
        names: Sequence[str],
        created: Mapping[str, "Created"],
        running: set[str],
        announce: Announce,
    ) -> list[Started]:
        """Start containers that are, or will be, created, and wait until all are healthy.

        Raises:
            HdmsError: one cannot start.
        """

        def start(name: str, given_up: threading.Event) -> Started:
            containers = created[name].result()[name]
            note = _place(environment, name, containers[0])
            if name in running:
                return Started(name, 0.0, note)
            secrets.put(containers, secrets.given_to(self.defined()[name], environment))
            patience = float(environment["HDMS_WAIT_SECONDS"])
            seconds = self._containers.start(containers, given_up, patience, announce)
            component = component_called(name)
            if component:
                reached = partial(address, containers[0])
                component.compose.started(containers[0], environment, reached)
            announce(f"{name} is healthy after {seconds:.1f} s")
            return Started(name, seconds, note)

        return start_all(start, names, give_up=end_running)


def _place(environment: Environment, name: str, container: "Container") -> str:
    """Return where a unit is reached on this machine, for people; in production, most are not."""
    if port_variable(name) and not container.attrs["HostConfig"]["PortBindings"]:
        return "not from this machine"
    return place(environment, name)


def _image(name: str) -> str:
    return service_of(name).name if name in process_names() else name
