"""Building, creating, starting and stopping the containers of components and processes."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from hdms.catalog import WEB_SERVICES, component_names, process_names, service_of
from hdms.engines.base import Announce, Started
from hdms.engines.compose import postgres
from hdms.engines.compose.containers import Containers
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import address, status
from hdms.engines.host import place
from hdms.engines.starting import start_all
from hdms.environment.environment import Environment
from hdms.rabbitmq import Management

if TYPE_CHECKING:
    from docker.models.containers import Container

    Created = Future[Mapping[str, list[Container]]]

BUILT = ("pgbouncer", *(service.name for service in WEB_SERVICES))
AMQP_PORT, MANAGEMENT_PORT = 5672, 15672  # in the container
_INITIALISED = b"PostgreSQL init process complete"


class Units:
    """The containers of one stack, by the names of the catalog."""

    def __init__(self, project: Project, containers: Containers) -> None:
        self._project = project
        self._containers = containers
        # Two of Compose at once would both make the networks.
        self._creating = threading.Lock()

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
        with ThreadPoolExecutor() as pool:
            # While images are built, what needs none starts already.
            created = dict.fromkeys(built, pool.submit(self._create, built, announce, build))
            others = [name for name in names if name not in built]
            unbuilt = [name for name in new if name not in built]
            created |= dict.fromkeys(others, pool.submit(self._create, unbuilt, announce, build))
            running = {name for name in names if states.get(name) == "running"}
            return self._start_created(environment, names, created, running, announce)

    def recreate(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        """Replace containers by new ones that know the environment's values."""
        self._project.compose("up", "--no-start", "--no-build", "--force-recreate", *names)
        created: Created = Future()
        created.set_result(self.existing())
        return self._start_created(
            environment, names, dict.fromkeys(names, created), set(), announce
        )

    def resize(self, environment: Environment, names: Sequence[str], announce: Announce) -> None:
        """Start or remove what some units have too few or too many; the others go on."""
        if names:
            self._project.compose("up", "--no-start", "--no-build", "--no-recreate", *names)
            created: Created = Future()
            created.set_result(self.existing())
            self._start_created(environment, names, dict.fromkeys(names, created), set(), announce)

    def start_again(self, environment: Environment, name: str, announce: Announce) -> Started:
        """Start the containers of a unit that was stopped, as they are."""
        created: Created = Future()
        created.set_result(self.existing())
        return self._start_created(environment, [name], {name: created}, set(), announce)[0]

    def build(self, names: Sequence[str], announce: Announce) -> None:
        """Build the images of components and processes; quick where nothing changed."""
        images = sorted({_image(name) for name in names}.intersection(BUILT))
        if images:
            announce(f"building the images of {', '.join(images)} (minutes the first time)")
            self._project.build(images)

    def stop(self, names: Sequence[str]) -> None:
        """Stop containers, what needs others first; they, and what they logged, stay."""
        for group in (process_names(), ["pgbouncer"], component_names()):
            self._containers.stop(self._project.name, [name for name in group if name in names])

    def existing(self) -> Mapping[str, list["Container"]]:
        """Return name -> containers, running or not."""
        return self._containers.of(self._project.name)

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

    def _start_created(
        self,
        environment: Environment,
        names: Sequence[str],
        created: Mapping[str, "Created"],
        running: set[str],
        announce: Announce,
    ) -> list[Started]:
        def start(name: str, given_up: threading.Event) -> Started:
            note = place(environment, name)
            if name in running:
                return Started(name, 0.0, note)
            containers = created[name].result()[name]
            if name == "postgres":
                # Stopped while it fills an empty volume, it would not hear the signal, be killed
                # after a minute, and leave a cluster that never starts.
                given_up = threading.Event()
            seconds = self._containers.start(containers, given_up)
            if name == "postgres" and _INITIALISED not in containers[0].logs():
                postgres.provision(str(containers[0].id), environment)
            if name == "rabbitmq":
                api = address(containers[0], MANAGEMENT_PORT)
                Management.of(environment, api).delete_former_accounts()
            announce(f"{name} is healthy after {seconds:.1f} s")
            return Started(name, seconds, note)

        return start_all(start, names)


def _image(name: str) -> str:
    return service_of(name).name if name in process_names() else name
