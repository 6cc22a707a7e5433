"""Replacing a process that serves, so that no request fails (docs/decisions/018)."""

from typing import TYPE_CHECKING

from hdms.catalog import FRONTEND, port_variables
from hdms.engines.embedded import frontend
from hdms.engines.embedded.configuration import COMMAND
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.replicas import is_stand_in, unit_of
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.environment.environment import Environment
from hdms.wait import wait_until

if TYPE_CHECKING:
    import psutil


class Rolling:
    """What a unit's clients do not notice."""

    def __init__(self, layout: Layout, supervisor: Supervisor, units: Units) -> None:
        self._layout = layout
        self._supervisor = supervisor
        self._units = units

    @staticmethod
    def can(name: str, variables: set[str]) -> bool:
        """Return whether a running process can take over these changes without a pause.

        Two that share a port cannot have different ones.
        """
        if name == FRONTEND.name:
            return COMMAND not in variables
        return not variables & set(port_variables(name))

    def replace(self, environment: Environment, name: str) -> None:
        """Let a running process have its current configuration.

        Raises:
            HdmsError: its successor does not start; the one that serves goes on.
        """
        if name == FRONTEND.name:
            self._reload(environment)
            return
        self._units.start_stand_in(environment, name)
        former = [program for program in self._supervisor.infos() if unit_of(program) == name]
        self._supervisor.stop_programs([p for p in former if not is_stand_in(p)])
        self._units.start(environment, name)

    def _reload(self, environment: Environment) -> None:
        """Let nginx have its configuration: new workers take what comes, the former ones finish."""
        import psutil

        frontend.write_file(self._layout, environment)
        frontend.require_valid(self._layout)
        nginx = psutil.Process(self._supervisor.info(FRONTEND.name)["pid"])
        former = [child for child in nginx.children() if child.name() == "nginx"]  # not its guard
        self._supervisor.signal(FRONTEND.name, "HUP")
        wait_until(
            lambda: not any(map(_takes_connections, former)),
            "nginx to take its configuration",
            float(environment["HDMS_WAIT_SECONDS"]),
        )


def _takes_connections(worker: "psutil.Process") -> bool:
    """Return whether a worker of nginx has not been told yet that others have taken over."""
    import psutil

    try:
        return "shutting down" not in " ".join(worker.cmdline())
    except psutil.Error:
        return False
