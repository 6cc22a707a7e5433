"""New containers in the place of those that run: beside them where that is possible.

Two cannot publish the same port; of all else there is one more for a moment. The front door asks
Docker where a service's containers are, and takes another one where one takes no connection.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hdms.catalog import process_names
from hdms.engines.base import Announce, Started
from hdms.engines.compose import secrets
from hdms.engines.compose.containers import Containers
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import current, host_ports
from hdms.engines.compose.units import Units
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, StartFailed
from hdms.interruption import uninterrupted

if TYPE_CHECKING:
    from docker.models.containers import Container

# The front door keeps an address for 2 s (entrypoint.sh): it must know the new one before the
# former ends, and have forgotten that before Docker gives it to another service's container.
KNOWN_SECONDS = 3.0
Found = Mapping[str, list["Container"]]


class Replacement:
    """Replaces containers of one stack; those that ran stay until the new ones are proven."""

    def __init__(self, project: Project, containers: Containers, units: Units) -> None:
        self._project = project
        self._containers = containers
        self._units = units

    def replace(
        self, environment: Environment, names: Sequence[str], announce: Announce
    ) -> list[Started]:
        """Replace containers by new ones that know the environment's values.

        Nothing else changes: not what these need either, whatever has become of its image.

        Raises:
            HdmsError: one cannot start; it runs as before.
        """
        secrets.write_files(environment)
        existing, services = self._units.existing(), self._project.services()
        beside = [n for n in names if _fits_beside(n, existing[n], services[n])]
        others = [name for name in names if name not in beside]
        started = []
        for name in beside:
            replicas = {name: _replicas(services[name])}
            started += self._one_step(
                environment, {name: existing[name]}, replicas, announce, beside=True
            )
        if others:
            away = [name for name in others if name in process_names()]
            if away:
                announce(
                    f"{', '.join(away)}: away until the new container is healthy; "
                    "two cannot have the same port of this machine"
                )
            former = {name: existing[name] for name in others}
            replicas = {name: _replicas(services[name]) for name in others}
            started += self._one_step(environment, former, replicas, announce, beside=False)
        return started

    def join_networks(self, names: Sequence[str]) -> None:
        """Put what will be replaced into the networks of its successors.

        Each then reaches those that are replaced before it, and is reached by those after it.
        """
        whole, existing = self._project.definition(), self._units.existing()
        self._successors({name: existing[name] for name in names}, dict.fromkeys(names, 0))
        for name in names:
            wanted = [whole["networks"][n]["name"] for n in whole["services"][name]["networks"]]
            self._containers.connect(current(existing[name]), wanted)

    def leave_networks(self) -> None:
        """Remove the networks that nothing is defined to be in any more."""
        kept = {network["name"] for network in self._project.definition()["networks"].values()}
        self._containers.remove_networks(self._project.name, kept)

    def _one_step(
        self,
        environment: Environment,
        former: Found,
        replicas: Mapping[str, int],
        announce: Announce,
        beside: bool,
    ) -> list[Started]:
        names = list(former)
        try:
            successors = self._successors(former, replicas)
            if not beside:
                # `always` would bring both back with the Docker engine, on the same data.
                self._containers.keep_down([c for found in former.values() for c in found])
                self._units.stop(names, announce)
            created: Future[Found] = Future()
            created.set_result(successors)
            started = self._units.start_created(
                environment, names, dict.fromkeys(names, created), set(), announce
            )
        except HdmsError as error:
            became = self._put_back(environment, former, announce)
            raise StartFailed(f"{error.message}\n{became}", error.hint) from error
        except BaseException:  # also Ctrl-C
            self._put_back(environment, former, announce)
            raise
        if beside:
            time.sleep(KNOWN_SECONDS)
            ending = [c for found in former.values() for c in found]
            self._containers.keep_down(ending)
            self._containers.stop(ending, announce)
            time.sleep(KNOWN_SECONDS)
        for name, containers in former.items():
            self._containers.discard(containers)
            for old, new in zip(current(containers), successors[name], strict=False):
                new.rename(str(old.name))
        return started

    def _successors(self, former: Found, replicas: Mapping[str, int]) -> Found:
        """Create, beside the containers of some units, those that take their place."""
        scales = [f"--scale={n}={len(former[n]) + replicas[n]}" for n in former]
        self._project.compose("up", "--no-start", "--no-build", "--no-recreate", *scales, *former)
        return {
            name: [c for c in containers if c not in former[name]]
            for name, containers in self._units.existing().items()
            if name in former
        }

    def _put_back(self, environment: Environment, former: Found, announce: Announce) -> str:
        """Remove what was to replace some containers, let these run again; return how that went."""
        announce(f"putting back what ran before: {', '.join(former)}")
        never = threading.Event()
        seconds = float(environment["HDMS_WAIT_SECONDS"])

        def start(found: list["Container"]) -> float:
            return self._containers.start(current(found), never, seconds, announce)

        try:
            with uninterrupted(), ThreadPoolExecutor() as pool:
                for name, found in self._units.existing().items():
                    self._containers.discard([c for c in found if c not in former.get(name, [c])])
                self._containers.restore([c for found in former.values() for c in current(found)])
                for _ in pool.map(start, former.values()):
                    pass
        except HdmsError as error:
            return f"what ran before could not be put back: {error.message}"
        return f"what ran before was put back: {', '.join(former)}"


def _fits_beside(name: str, former: Sequence["Container"], service: Mapping[str, Any]) -> bool:
    """Return whether a unit's new containers can run while the former do.

    A component's cannot: two servers on the same data would be the end of these.
    """
    if name not in process_names():
        return False
    taken = {port for container in former for port in host_ports(container)}
    return not taken & {port.get("published") for port in service.get("ports", ())}


def _replicas(service: Mapping[str, Any]) -> int:
    return int(service.get("deploy", {}).get("replicas", 1))
