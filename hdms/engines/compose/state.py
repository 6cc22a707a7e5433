"""What Docker's description of a container says: its state, its health, where it is reached."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hdms.catalog import FRONTEND, process_names
from hdms.engines.base import UnitStatus
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.ports import LOOPBACK

if TYPE_CHECKING:
    from docker.models.containers import Container


def status(name: str, containers: Sequence["Container"]) -> UnitStatus:
    """Return the state of one unit, the worst of its containers."""
    if not containers:
        return UnitStatus(name, "stopped")
    states = [_status(name, container) for container in current(containers)]
    order = ("failed", "stopped", "starting", "running")
    worst = min(states, key=lambda unit: order.index(unit.state))
    if len(states) > 1:
        detail = f"{len(states)} containers {worst.detail}".strip()
        return UnitStatus(name, worst.state, None, worst.uptime, detail)
    return worst


def current(containers: Sequence["Container"]) -> list["Container"]:
    """Return a unit's containers but those that an interrupted change left beside them: its
    successors that were not started yet, or those that it had replaced already.
    """
    begun = [c for c in containers if c.status not in ("created", "exited")]
    return begun or list(containers)


def published_ports(container: "Container") -> list[str]:
    """Return the ports of this machine at which a container is reached while it runs."""
    if container.status != "running":
        return []
    bindings = container.attrs["NetworkSettings"]["Ports"] or {}
    return [published[0]["HostPort"] for published in bindings.values() if published]


def host_ports(container: "Container") -> set[str]:
    """Return the ports of this machine that a container has whenever it runs."""
    bindings = container.attrs["HostConfig"]["PortBindings"] or {}
    return {each["HostPort"] for port in bindings.values() for each in port or ()}


def address(container: "Container", inside: int | None = None) -> tuple[str, int]:
    """Return where this machine reaches a port of a running container.

    Where none is published (production), that is its address in Docker's network, which only a
    Linux machine has a route to.

    Args:
        inside: the port's number in the container; may be left out where it has one only.
    """
    bindings = container.attrs["NetworkSettings"]["Ports"] or {}
    for port, published in bindings.items():
        if published and inside in (None, int(port.split("/")[0])):
            return LOOPBACK, int(published[0]["HostPort"])
    # Not the database's network, on which this machine has no address.
    networks = container.attrs["NetworkSettings"]["Networks"]
    network = next(n for name, n in networks.items() if not name.endswith("_database_network"))
    return network["IPAddress"], inside or int(next(iter(bindings)).split("/")[0])


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
        detail = f"unhealthy: {health_output(container)}" if health == "unhealthy" else health
        return UnitStatus(name, "running", uptime=uptime, detail=detail)
    if state["Status"] in ("created", "removing") or not _crashed(state):
        return UnitStatus(name, "stopped")
    return UnitStatus(name, "failed", detail=f"{state['Status']}, exit code {state['ExitCode']}")


def _crashed(state: dict[str, Any]) -> bool:
    # 137 and 143 are SIGKILL and SIGTERM, with which somebody stopped it.
    return state["Status"] in ("restarting", "dead", "paused") or state["ExitCode"] not in (
        0,
        137,
        143,
    )


def health_output(container: "Container") -> str:
    """Return what a container's health probe printed last."""
    log = container.attrs["State"].get("Health", {}).get("Log") or [{}]
    return " ".join(str(log[-1].get("Output", "")).split())[:200] or "its probe fails"


def require_published(environment: Environment, name: str) -> None:
    """Check that a unit's port can be one of this machine.

    Raises:
        HdmsError: in production only the front door's is.
    """
    # Its container would have an address; on this machine there is none in its place.
    if environment.in_production and name != FRONTEND.name:
        start = "services.up" if name in process_names() else "infra.up"
        raise HdmsError(f"{name} does not run", f"inv {start}")
