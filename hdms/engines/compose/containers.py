"""The containers of one project, through Docker's API: their state, health, logs and start."""

import re
import threading
import time
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hdms.catalog import port_variables
from hdms.components.compose import Volume
from hdms.engines.base import Announce
from hdms.engines.compose.client import explained
from hdms.engines.compose.container import SERVICE, stop, wait_healthy
from hdms.engines.compose.state import published_ports
from hdms.errors import HdmsError
from hdms.ports import holder
from hdms.stack import PROJECT

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

# Longer than PostgreSQL's grace period to stop.
API_SECONDS = 90
GIVING_UP_SECONDS = 1
_PROJECT = "com.docker.compose.project"
_FOLDER = "com.docker.compose.project.working_dir"
_NO_RESTART: Any = {"Name": "no"}


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
            found.setdefault(container.labels[SERVICE], []).append(container)
        return found

    def start(
        self,
        containers: Sequence["Container"],
        given_up: threading.Event,
        seconds: float,
        announce: Announce,
    ) -> float:
        """Start a unit's containers unless they run, and wait until all are healthy.

        Args:
            given_up: set by another thread when waiting has become pointless.
            seconds: how long one is waited for (`HDMS_WAIT_SECONDS`).
            announce: told what takes long.

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
            raise self._start_failed(containers[0].labels[SERVICE], str(error)) from None
        for container in containers:
            wait_healthy(container, given_up, seconds, announce)
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

    def keep_down(self, containers: Sequence["Container"]) -> None:
        """Let nothing but us start these again, once they have stopped."""
        for container in containers:
            container.update(restart_policy=_NO_RESTART)

    def restore(self, containers: Sequence["Container"]) -> None:
        """Undo `keep_down`, of containers that were listed before it."""
        for container in containers:
            container.update(restart_policy=container.attrs["HostConfig"]["RestartPolicy"])

    def discard(self, containers: Sequence["Container"]) -> None:
        """Remove containers that others have replaced; the data are in volumes with a name."""
        for container in containers:
            container.remove(force=True, v=True)

    def stop(self, containers: Sequence["Container"], announce: Announce) -> None:
        """Stop containers side by side, each within its grace period; the deaf are killed then.

        Args:
            announce: told what takes long, and what had to be killed.
        """
        stopping = [container for container in containers if container.status != "exited"]
        with ThreadPoolExecutor(max_workers=max(1, len(stopping))) as pool:
            for _ in pool.map(lambda container: stop(container, announce), stopping):
                pass

    def give_up(self, project: str, names: Sequence[str]) -> None:
        """Stop what was about to start, soon, whether or not it hears."""
        existing = self.of(project)
        begun = [c for name in names for c in existing.get(name, ()) if c.status != "exited"]
        with ThreadPoolExecutor(max_workers=max(1, len(begun))) as pool:
            for _ in pool.map(lambda container: container.stop(timeout=GIVING_UP_SECONDS), begun):
                pass

    def connect(self, containers: Sequence["Container"], networks: Sequence[str]) -> None:
        """Put containers that run into these networks too, under the name of their service."""
        for container in containers:
            for name in set(networks) - set(container.attrs["NetworkSettings"]["Networks"]):
                network = self._connected().networks.get(name)
                network.connect(container, aliases=[container.labels[SERVICE]])

    def remove_networks(self, project: str, kept: Set[str]) -> None:
        """Remove the networks of a project but these, and those in which a container has run."""
        label = f"{_PROJECT}={project}"
        ran = [c for c in self._list([label]) if c.status != "created"]  # else it is made anew
        used = {name for c in ran for name in c.attrs["NetworkSettings"]["Networks"]}
        for network in self._connected().networks.list(filters={"label": label}):
            if network.name not in kept | used:
                network.remove()

    @contextmanager
    def showing(self, project: str, volume: Volume) -> "Iterator[list[Container]]":
        """Yield a container that never runs and has a volume of a project, where both are here."""
        from docker.errors import NotFound

        client, name = self._connected(), f"{project}_{volume.name}"
        try:
            client.volumes.get(name)
            mounted = {name: {"bind": volume.folder, "mode": "ro"}}
            container = client.containers.create(volume.image, volumes=mounted, network_mode="none")
        except NotFound:
            yield []
            return
        try:
            yield [container]
        finally:
            container.remove()

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

    def holder(self, port: int) -> str:
        """Return the container, or else the process, that has a port of this machine."""
        holders = [c.name for c in self._list([]) if str(port) in published_ports(c)]
        return f"the container {holders[0]}" if holders else holder(port)

    def publish(self, project: str, port: int) -> bool:
        """Return whether a container of a project has a port of this machine."""
        return any(str(port) in published_ports(c) for c in self._list([f"{_PROJECT}={project}"]))

    def _start_failed(self, name: str, said: str) -> HdmsError:
        taken = re.search(r":(\d+)\D*(?:port is already allocated|address already in use)", said)
        if taken is None:
            return explained("docker start", said)
        port = taken[1]
        variables = " or ".join(port_variables(name))
        return HdmsError(
            f"{name} needs port {port}, which is held by {self.holder(int(port))}",
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
