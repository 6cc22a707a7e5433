"""Telling a running stack what is new in the environment: only what, and only whom, it concerns."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from hdms.catalog import (
    FRONTEND,
    component_called,
    component_names,
    port_variable,
    port_variables,
    process_names,
    replicas_variables,
)
from hdms.engines.base import SHOULD_RUN, START, Announce, Change, Started
from hdms.engines.embedded.configuration import COMMAND, values_told
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.replicas import programs_of, unit_of
from hdms.engines.embedded.rolling import Rolling
from hdms.engines.embedded.running import RunningComponent
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.engines.host import WEB_PORT
from hdms.engines.starting import start_all
from hdms.engines.wanted import Wanted
from hdms.environment.environment import Environment
from hdms.ports import require_free

RESTART = "restarts"
RESIZE = "starts or stops some of its processes"
REPLACE = "is replaced while it serves"
NOT_KNOWN = "what it was told is not known"
LEFT_OVER = "an interrupted change left a process"
_STOPPED = {"None", "STOPPED", "STOPPING"}
_RUNNING = {"STARTING", "RUNNING"}


class Changes:
    """The difference between what the stack runs with and what its environment says."""

    def __init__(
        self, layout: Layout, supervisor: Supervisor, units: Units, wanted: Wanted
    ) -> None:
        self._layout = layout
        self._wanted = wanted
        self._supervisor = supervisor
        self._units = units
        self._rolling = Rolling(layout, supervisor, units)

    def pending(self, environment: Environment) -> list[Change]:
        """Return what running things have not been told yet, and what should run and does not.

        Raises:
            InvalidInput: a change that a running stack cannot take over.
        """
        infos = self._supervisor.infos()
        wanted = self._wanted.names()
        found = [
            self._change(environment, name, infos, name in wanted)
            for name in [*component_names(), *process_names()]
        ]
        changes = [change for change in found if change is not None]
        self._refuse_impossible(environment, changes)
        return changes

    def apply(
        self, environment: Environment, changes: Sequence[Change], announce: Announce
    ) -> None:
        """Carry out what `pending` returned: starts of components side by side, their other changes
        in order, then the processes side by side, and the front door.
        """
        for change in changes:
            announce(f"{change.name} {change.action}")
        components = [change for change in changes if change.name not in process_names()]
        self._tell_all(environment, [c for c in components if c.action == START])
        for change in components:
            if change.action != START:
                self._tell(environment, change)
        doors = [change for change in changes if change.name == FRONTEND.name]
        self._tell_all(environment, [c for c in changes if c not in [*components, *doors]])
        # Last: where a service does not start, nobody is sent to its new port, whoever is there.
        self._tell_all(environment, doors)

    def update(self, environment: Environment, name: str) -> float:
        """Give a running process its current program and configuration; return the seconds."""
        begin = time.monotonic()
        self._rolling.replace(environment, name)
        self._units.record(environment, name)
        return time.monotonic() - begin

    def _change(
        self,
        environment: Environment,
        name: str,
        infos: Mapping[str, Mapping[str, object]],
        wanted: bool,
    ) -> Change | None:
        programs = programs_of(name, environment.replicas(name))
        states = {str(infos.get(program, {}).get("statename")) for program in programs}
        stopped = states & _STOPPED
        if stopped == states:
            return Change(name, (SHOULD_RUN,), START) if wanted else None
        if not self._units.told.knows(name):
            return Change(name, (NOT_KNOWN,), RESTART)
        values = values_told(self._layout, environment, name)
        own_port = port_variable(name) or WEB_PORT
        differing = tuple(
            own_port if variable == WEB_PORT else variable
            for variable in self._units.told.differing(name, values)
        )
        if states - _STOPPED - _RUNNING:
            # With which values it failed is not known; nothing but a start helps.
            return Change(name, differing or ("it had failed",), RESTART)
        if differing:
            return Change(name, differing, _action(name, set(differing)))
        if any(unit_of(program) == name and program not in programs for program in infos):
            return Change(name, (LEFT_OVER,), RESIZE)
        return Change(name, (SHOULD_RUN,), START) if stopped else None

    def _tell_all(self, environment: Environment, changes: Sequence[Change]) -> None:
        by_name = {change.name: change for change in changes}

        def tell(name: str, _given_up: threading.Event) -> Started:
            self._tell(environment, by_name[name])
            return Started(name, 0.0, "")

        start_all(tell, list(by_name))

    def _tell(self, environment: Environment, change: Change) -> None:
        ways: dict[str, Callable[[], object]] = {
            START: lambda: self._units.start(environment, change.name),
            RESTART: lambda: self._units.restart(environment, change.name),
            RESIZE: lambda: self._units.start(environment, change.name),
            REPLACE: lambda: self._rolling.replace(environment, change.name),
        }
        component = component_called(change.name)
        if change.action in ways:
            ways[change.action]()
        elif component:
            layout, supervisor, units = self._layout, self._supervisor, self._units
            running = RunningComponent(component, environment, layout, supervisor, units)
            component.embedded.tell(running)
        self._units.record(environment, change.name)

    def _refuse_impossible(self, environment: Environment, changes: list[Change]) -> None:
        for change in changes:
            component = component_called(change.name)
            if component:
                component.refuse_change(environment, set(change.variables))
            for variable in port_variables(change.name):
                if variable in change.variables:
                    require_free(int(environment[variable]), change.name, variable)


def _action(name: str, variables: set[str]) -> str:
    if variables == {replicas_variables().get(name)}:
        return RESIZE
    component = component_called(name)
    if component is None:
        return REPLACE if Rolling.can(name, variables) else RESTART
    templates = {f"config/{path}" for path in component.embedded.templates}
    if variables & {COMMAND, *port_variables(name), *templates}:
        return RESTART
    return component.embedded.tells
