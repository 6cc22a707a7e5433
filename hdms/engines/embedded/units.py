"""Starting and stopping one component or process of the embedded engine."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from hdms.catalog import FRONTEND, component_called, component_names, port_variables
from hdms.engines.base import Announce, Started, silent
from hdms.engines.embedded import frontend
from hdms.engines.embedded.configuration import values_told, write_component_files
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.readiness import is_ready
from hdms.engines.embedded.replicas import programs_of, stand_in_of, unit_of
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.told import Told
from hdms.engines.host import place
from hdms.engines.starting import GivenUp
from hdms.environment.environment import Environment
from hdms.errors import TimedOut
from hdms.ports import require_free
from hdms.wait import wait_until

_RUNNING = ("STARTING", "RUNNING")

_told_lock = threading.Lock()


class Units:
    """The components and processes of one stack."""

    def __init__(self, layout: Layout, supervisor: Supervisor) -> None:
        self._layout = layout
        self._supervisor = supervisor
        self.announce: Announce = silent  # told what takes long
        self.told = Told(layout.told)

    def require_ports(self, environment: Environment, name: str) -> None:
        """Check that the ports of a unit that does not run are free.

        Raises:
            HdmsError: one is held by another process, which is named.
        """
        for variable in port_variables(name):
            require_free(int(environment[variable]), name, variable)

    def start(
        self, environment: Environment, name: str, given_up: threading.Event | None = None
    ) -> Started:
        """Start what of a unit does not run, wait until all of it is ready, stop what is too much.

        Args:
            given_up: set by another thread when waiting has become pointless.

        Raises:
            HdmsError: it ended, or was not ready in time.
        """
        begin = time.monotonic()
        programs = programs_of(name, environment.replicas(name))
        infos = self._supervisor.infos()
        new = [p for p in programs if infos.get(p, {}).get("statename") not in _RUNNING]
        if new:
            # A stand-in has the port until then.
            alone = not any(unit_of(program) == name for program in _running(infos))
            self._prepare(environment, name, new, alone)
            for program in new:
                self._supervisor.start(program)
            infos = self._supervisor.infos()
        pids = {program: int(infos.get(program, {}).get("pid", 0)) for program in new}

        def still_possible() -> None:
            if given_up is not None and given_up.is_set():
                raise GivenUp(name)
            for program in programs:
                self._supervisor.require_running(program, pids.get(program, 0))

        self.wait_ready(environment, name, new, still_possible)
        self._stop_surplus(name, programs)
        if new == programs or not self.told.knows(name):
            component = component_called(name)
            if component:
                component.embedded.started(self._layout, environment)
            self.record(environment, name)
        seconds = time.monotonic() - begin if new else 0.0
        return Started(name, seconds, self.place(environment, name))

    def restart(self, environment: Environment, name: str) -> Started:
        """Stop a unit, start it with its current configuration, and wait until it is ready."""
        self._supervisor.stop([name])
        return self.start(environment, name)

    def wait_ready(
        self,
        environment: Environment,
        name: str,
        new: Sequence[str] = (),
        still_possible: Callable[[], None] = lambda: None,
    ) -> None:
        """Wait until a unit answers, for `HDMS_WAIT_SECONDS`.

        Args:
            new: those of its programs that were just started, and answer for themselves.

        Raises:
            StartFailed: it does not; the message holds what it said since its start.
        """
        seconds = float(environment["HDMS_WAIT_SECONDS"])
        try:
            wait_until(
                lambda: (
                    is_ready(self._layout, environment, name)
                    and all(map(self._says_so_itself, new))
                ),
                f"{name} to be ready",
                seconds,
                still_possible,
                announce=self.announce,
            )
        except TimedOut:
            raise self._supervisor.not_ready(name, seconds) from None

    def start_stand_in(self, environment: Environment, name: str) -> None:
        """Start one more process; one that serves takes over the port when it is ready.

        Raises:
            HdmsError: it does not start; nothing has changed then.
        """
        program = stand_in_of(name)
        self._supervisor.stop_programs([program])  # of a replacement that was killed
        self._layout.ready_file(program).unlink(missing_ok=True)
        self._supervisor.start(program)
        pid = int(self._supervisor.info(program).get("pid", 0))
        seconds = float(environment["HDMS_WAIT_SECONDS"])
        try:
            wait_until(
                lambda: self._says_so_itself(program),
                f"{name}'s successor to be ready",
                seconds,
                lambda: self._supervisor.require_running(program, pid),
                announce=self.announce,
            )
        except BaseException as error:
            self._supervisor.stop_programs([program])
            if isinstance(error, TimedOut):
                raise self._supervisor.not_ready(program, seconds) from None
            raise

    def _says_so_itself(self, program: str) -> bool:
        """Return whether a program has made its ready file; nginx and the components make none."""
        unit = unit_of(program)
        if unit in component_names() or unit == FRONTEND.name:
            return True
        return self._layout.ready_file(program).exists()

    def _stop_surplus(self, name: str, programs: Sequence[str]) -> None:
        """Stop what a unit has too many."""
        found = [p for p in self._supervisor.infos() if unit_of(p) == name and p not in programs]
        if found:
            self._supervisor.stop_programs(found)
            self._supervisor.forget_removed()

    def stop_unproven(self, running: Sequence[str]) -> None:
        """Stop what runs of a start that was cut short: with which values is not known."""
        unproven = [name for name in running if not self.told.knows(name)]
        if unproven:
            self.announce(f"starting anew, since it is not known as what: {', '.join(unproven)}")
            self._supervisor.stop(unproven)

    def record(self, environment: Environment, name: str) -> None:
        """Remember that a unit has been told the environment's values."""
        with _told_lock:
            self.told.record(name, values_told(self._layout, environment, name))

    def forget_work(self, name: str) -> None:
        """Remove what a unit's processes showed of their work; nginx' file is its address."""
        if name != FRONTEND.name:
            for program in self._supervisor.infos():
                if unit_of(program) == name:
                    self._layout.ready_file(program).unlink(missing_ok=True)

    def place(self, environment: Environment, name: str) -> str:
        """Return where a unit is reached, for people."""
        component = component_called(name)
        own = component.embedded.place(self._layout) if component else None
        return own or place(environment, name)

    def _prepare(
        self, environment: Environment, name: str, programs: Sequence[str], alone: bool
    ) -> None:
        if alone:
            self.require_ports(environment, name)
        component = component_called(name)
        if component:
            component.embedded.program(self._layout)  # there is one
            component.embedded.prepare(self._layout, environment)
            write_component_files(self._layout, environment, component)
        elif name == FRONTEND.name:
            frontend.nginx()
            frontend.write_file(self._layout, environment)
        else:
            for program in programs:
                self._layout.ready_file(program).unlink(missing_ok=True)


def _running(infos: Mapping[str, Mapping[str, object]]) -> list[str]:
    return [program for program, info in infos.items() if info["statename"] in _RUNNING]
