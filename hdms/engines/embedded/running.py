"""A component that runs, as its own module handles it when it is to be told something."""

from dataclasses import dataclass

from hdms.components.component import Component
from hdms.engines.embedded.configuration import write_component_files
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.environment.environment import Environment


@dataclass(frozen=True)
class RunningComponent:
    """What can be done to it.

    Attributes:
        environment: what it is to be told.
    """

    component: Component
    environment: Environment
    layout: Layout
    _supervisor: Supervisor
    _units: Units

    def write_files(self) -> None:
        """Render its configuration anew."""
        write_component_files(self.layout, self.environment, self.component)

    def signal(self, name: str) -> None:
        """Send it a signal, e.g. "HUP"."""
        self._supervisor.signal(self.component.name, name)

    def wait_ready(self) -> None:
        """Wait until it answers; raises as `Units.wait_ready`."""
        self._units.wait_ready(self.environment, self.component.name)

    def restart(self) -> None:
        """Stop it, start it with its current configuration, and wait until it answers."""
        self._units.restart(self.environment, self.component.name)
