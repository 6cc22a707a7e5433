"""The containers of one project, through Docker's API: their state, health, logs and start."""

import re
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hdms.catalog import port_variable
from hdms.engines.base import UnitStatus
from hdms.engines.compose.project import explained
from hdms.engines.starting import GivenUp
from hdms.errors import HdmsError, StartFailed
from hdms.ports import LOOPBACK, holder
from hdms.process import last_lines
from hdms.stack import PROJECT
from hdms.wait import wait_until

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

API_SECONDS = 60
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

    def remove(self, project: str, names: Sequence[str], only_created: bool = False) -> None:
        """Remove the containers of units that are stopped; the data are in volumes.

        Args:
            only_created: keep those that ran, whose logs may explain something.
        """
        existing = self.of(project)
        for container in (c for name in names for c in existing.get(name, ())):
            if container.status == "created" or not only_created:
                container.remove(force=True)

    def remove_images(self, project: str) -> None:
        """Remove the images that were built for a project."""
        client = self._connected()
        for image in client.images.list(filters={"label": f"{_PROJECT}={project}"}):
            client.images.remove(str(image.id), force=True)

    def _start_failed(self, name: str, said: str) -> HdmsError:
        taken = re.search(
            r":(\d+)[^:]*(?:port is already allocated|.*address already in use)", said
        )
        if taken is None:
            return explained("docker start", said)
        port, variable = taken[1], port_variable(name)
        holders = [c.name for c in self._list([]) if port in published_ports(c)]
        held_by = f"the container {holders[0]}" if holders else holder(int(port))
        return HdmsError(
            f"{name} needs port {port}, which is held by {held_by}",
            f"stop that, or set another {variable} in .env and run `inv env.sync`",
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


def status(name: str, containers: Sequence["Container"]) -> UnitStatus:
    """Return the state of one unit, the worst of its containers."""
    if not containers:
        return UnitStatus(name, "stopped")
    states = [_status(name, container) for container in containers]
    order = ("failed", "stopped", "starting", "running")
    worst = min(states, key=lambda unit: order.index(unit.state))
    if len(states) > 1:
        detail = f"{len(states)} containers {worst.detail}".strip()
        return UnitStatus(name, worst.state, None, worst.uptime, detail)
    return worst


def published_ports(container: "Container") -> list[str]:
    """Return the ports of this machine at which a container is reached while it runs."""
    if container.status != "running":
        return []
    bindings = container.attrs["NetworkSettings"]["Ports"] or {}
    return [published[0]["HostPort"] for published in bindings.values() if published]


def address(container: "Container") -> tuple[str, int]:
    """Return where this machine reaches a running container's one port.

    Where none is published (production), that is its address in Docker's network, which only a
    Linux machine has a route to.
    """
    ports = published_ports(container)
    if ports:
        return LOOPBACK, int(ports[0])
    # Not the database's network, on which this machine has no address.
    networks = container.attrs["NetworkSettings"]["Networks"]
    network = next(n for name, n in networks.items() if name.endswith("_hdms_network"))
    (exposed, *_) = container.attrs["NetworkSettings"]["Ports"]
    return network["IPAddress"], int(exposed.split("/")[0])


def is_healthy(container: "Container") -> bool:
    """Return whether Docker's last look at a container found it healthy."""
    health: dict[str, Any] = container.attrs["State"].get("Health", {})
    return bool(health.get("Status") == "healthy")


def started_at(container: "Container") -> float:
    """Return when a container was started, in seconds since the epoch."""
    # Nanoseconds, of which Python takes six digits.
    text = container.attrs["State"]["StartedAt"][:19]
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _status(name: str, container: "Container") -> UnitStatus:
    state: dict[str, Any] = container.attrs["State"]
    health = str(state.get("Health", {}).get("Status", ""))
    if state["Status"] == "running":
        uptime = max(0.0, time.time() - started_at(container))
        if health == "starting":
            return UnitStatus(name, "starting", uptime=uptime)
        detail = f"unhealthy: {_health_output(container)}" if health == "unhealthy" else health
        return UnitStatus(name, "running", uptime=uptime, detail=detail)
    if state["Status"] in ("created", "removing") or not _crashed(state):
        return UnitStatus(name, "stopped")
    return UnitStatus(name, "failed", detail=f"{state['Status']}, exit code {state['ExitCode']}")


def _crashed(state: dict[str, Any]) -> bool:
    # 137 and 143 are SIGKILL and SIGTERM, with which somebody stopped it.
    return state["Status"] in ("restarting", "dead") or state["ExitCode"] not in (0, 137, 143)


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
                f"{name} runs, but is not healthy: {_health_output(container)}",
                f"inv infra.logs {name}",
            )

    wait_until(healthy, f"{name} to be healthy", READY_SECONDS, still_possible, LOOK_SECONDS)


def _health_output(container: "Container") -> str:
    log = container.attrs["State"].get("Health", {}).get("Log") or [{}]
    return " ".join(str(log[-1].get("Output", "")).split())[:200] or "its probe fails"
