"""The containers of one project, through Docker's API: their state, health, logs and start."""

import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hdms.catalog import port_variables
from hdms.engines.compose.client import explained
from hdms.engines.compose.state import health_output, is_healthy, published_ports
from hdms.engines.starting import GivenUp
from hdms.errors import HdmsError, StartFailed, TimedOut
from hdms.ports import holder
from hdms.process import last_lines
from hdms.stack import PROJECT
from hdms.wait import wait_until

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

# Longer than PostgreSQL's grace period to stop.
API_SECONDS = 90
READY_SECONDS = 120.0
LOOK_SECONDS = 0.05
LOG_LINES = 15
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_FOLDER = "com.docker.compose.project.working_dir"


class Containers:
    """What Docker knows of one project's containers."""

    def __init__(self) -> None:
        self._client: DockerClient | None = None
        self._connecting = threading.Lock()

    def of(self, project: str) -> dict[str, list["Container"]]:
        """Return Compose service -> its containers, running or not.

        Raises:
            HdmsError: Docker does not answer, or the project is another checkout's.
        """
        found: dict[str, list[Container]] = {}
        labels = [f"{_PROJECT}={project}", "com.docker.compose.oneoff=False"]
        for container in self._list(labels):
            folder = container.labels.get(_FOLDER)
            if folder != str(PROJECT):
                raise HdmsError(
                    f"the Compose project {project!r} belongs to another checkout: {folder}",
                    "set COMPOSE_PROJECT_NAME=... to another name in this one's .env",
                )
            found.setdefault(container.labels[_SERVICE], []).append(container)
        return found

    def start(self, containers: Sequence["Container"], given_up: threading.Event) -> float:
        """Start a unit's containers unless they run, and wait until all are healthy.

        Args:
            given_up: set by another thread when waiting has become pointless.

        Returns:
            The seconds that it took.

        Raises:
            HdmsError: one could not be started.
            StartFailed: one ended or is unhealthy; the message holds the end of its log.
        """
        from docker.errors import DockerException

        begin = time.monotonic()
        try:
            for container in containers:
                container.start()
        except DockerException as error:
            raise self._start_failed(containers[0].labels[_SERVICE], str(error)) from None
        for container in containers:
            _wait_healthy(container, given_up)
        return time.monotonic() - begin

    def has_current_image(self, container: "Container") -> bool:
        """Return whether a container's image is still the one of that name."""
        from docker.errors import ImageNotFound

        try:
            current = self._connected().images.get(container.attrs["Config"]["Image"])
        except ImageNotFound:
            return False
        return bool(current.id == container.attrs["Image"])

    def remove(self, project: str, names: Sequence[str], only_created: bool = False) -> None:
        """Remove the containers of units that are stopped; the data are in volumes.

        Args:
            only_created: keep those that ran, whose logs may explain something.
        """
        existing = self.of(project)
        for container in (c for name in names for c in existing.get(name, ())):
            if container.status == "created" or not only_created:
                container.remove(force=True)

    def stop(self, project: str, names: Sequence[str]) -> None:
        """Stop the containers of some units side by side, each within its grace period."""
        existing = self.of(project)
        stopping = [c for name in names for c in existing.get(name, ()) if c.status != "exited"]
        with ThreadPoolExecutor(max_workers=max(1, len(stopping))) as pool:
            for _ in pool.map(lambda container: container.stop(), stopping):
                pass

    def remove_all(self, project: str) -> None:
        """Remove every container and network of a project; its volumes stay."""
        client, label = self._connected(), f"{_PROJECT}={project}"
        for container in self._list([label]):
            container.remove(force=True)
        for network in client.networks.list(filters={"label": label}):
            network.remove()

    def remove_volumes(self, project: str) -> None:
        """Remove the volumes of a project, whose containers are gone."""
        for volume in self._connected().volumes.list(filters={"label": f"{_PROJECT}={project}"}):
            volume.remove()

    def remove_images(self, project: str) -> None:
        """Remove the images that were built for a project."""
        client = self._connected()
        for image in client.images.list(filters={"label": f"{_PROJECT}={project}"}):
            client.images.remove(str(image.id), force=True)

    def _start_failed(self, name: str, said: str) -> HdmsError:
        taken = re.search(r":(\d+)\D*(?:port is already allocated|address already in use)", said)
        if taken is None:
            return explained("docker start", said)
        port = taken[1]
        variables = " or ".join(port_variables(name))
        holders = [c.name for c in self._list([]) if port in published_ports(c)]
        held_by = f"the container {holders[0]}" if holders else holder(int(port))
        return HdmsError(
            f"{name} needs port {port}, which is held by {held_by}",
            f"stop that, or set another {variables} in .env and run `inv env.sync`",
        )

    def _list(self, labels: list[str]) -> list["Container"]:
        from docker.errors import DockerException

        try:
            return self._connected().containers.list(
                all=True, filters={"label": labels}, ignore_removed=True
            )
        except DockerException as error:
            raise explained("Docker", str(error)) from None

    def _connected(self) -> "DockerClient":
        with self._connecting:
            if self._client is None:
                import docker

                self._client = docker.from_env(timeout=API_SECONDS)
            return self._client


def _wait_healthy(container: "Container", given_up: threading.Event) -> None:
    from docker.errors import NotFound

    name = container.labels[_SERVICE]

    def healthy() -> bool:
        try:
            container.reload()
        except NotFound:
            raise StartFailed(f"{name}: its container was removed while it started") from None
        return is_healthy(container)

    def still_possible() -> None:
        if given_up.is_set():
            raise GivenUp(name)
        state = container.attrs["State"]
        if state["Status"] != "running" or container.attrs["RestartCount"]:
            said = container.logs(tail=LOG_LINES).decode(errors="replace")
            error = explained(name, said) if "no space left" in said else None
            raise StartFailed(
                f"{name} ended with exit code {state['ExitCode']}:\n{last_lines(said)}",
                error.hint if error else f"correct what it names; more: inv infra.logs {name}",
            )
        if state.get("Health", {}).get("Status") == "unhealthy":
            raise StartFailed(
                f"{name} runs, but is not healthy: {health_output(container)}",
                f"inv infra.logs {name}",
            )

    try:
        wait_until(healthy, name, READY_SECONDS, still_possible, LOOK_SECONDS)
    except TimedOut:
        raise StartFailed(
            f"{name} runs, but was not healthy after {READY_SECONDS:.0f} s: "
            f"{health_output(container)}",
            f"inv infra.logs {name}",
        ) from None
