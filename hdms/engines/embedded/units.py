"""Starting and stopping one component or process of the embedded engine."""

import threading
import time
from collections.abc import Sequence

from hdms.catalog import FRONTEND, component_names, port_variables
from hdms.engines.base import Started
from hdms.engines.embedded import frontend, postgres, rabbitmq, servers
from hdms.engines.embedded.configuration import values_told, write_component_files
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.readiness import is_ready
from hdms.engines.embedded.replicas import programs_of, unit_of
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.told import Told
from hdms.engines.host import place
from hdms.engines.starting import GivenUp
from hdms.environment.environment import Environment
from hdms.ports import require_free
from hdms.wait import wait_until

READY_SECONDS = 120.0
_RUNNING = ("STARTING", "RUNNING")

_told_lock = threading.Lock()


class Units:
    """The components and processes of one stack."""

    def __init__(self, layout: Layout, supervisor: Supervisor) -> None:
        self._layout = layout
        self._supervisor = supervisor
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
        """Start what of a unit does not run, and wait until all of it is ready.

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
            self._prepare(environment, name, new)
            for program in new:
                self._supervisor.start(program)
            infos = self._supervisor.infos()
        pids = {program: int(infos.get(program, {}).get("pid", 0)) for program in new}

        def still_possible() -> None:
            if given_up is not None and given_up.is_set():
                raise GivenUp(name)
            for program in programs:
                self._supervisor.require_running(program, pids.get(program, 0))

        wait_until(
            lambda: is_ready(self._layout, environment, name),
            f"{name} to be ready; its log: {self._layout.stack.display(self._layout.log(name))}",
            READY_SECONDS,
            still_possible,
        )
        if new == programs:
            if name == "postgres":
                postgres.provision(self._layout, environment)
            if name == "rabbitmq":
                rabbitmq.management(environment).delete_former_accounts()
            self.record(environment, name)
        seconds = time.monotonic() - begin if new else 0.0
        return Started(name, seconds, self.place(environment, name))

    def resize(self, environment: Environment, name: str) -> None:
        """Start or stop what a unit has too few or too many; the others go on.

        Raises:
            HdmsError: one ended, or was not ready in time.
        """
        wanted = programs_of(name, environment.replicas(name))
        found = self._supervisor.infos()
        surplus = [p for p in found if unit_of(p) == name and p not in wanted]
        self._supervisor.stop_programs(surplus)
        self._supervisor.forget_removed()
        self.start(environment, name)

    def record(self, environment: Environment, name: str) -> None:
        """Remember that a unit has been told the environment's values."""
        with _told_lock:
            self.told.record(name, values_told(self._layout, environment, name))

    def place(self, environment: Environment, name: str) -> str:
        """Return where a unit is reached, for people."""
        if name == "postgres":
            return self._layout.stack.display(self._layout.run / ".s.PGSQL.5432")
        return place(environment, name)

    def _prepare(self, environment: Environment, name: str, programs: Sequence[str]) -> None:
        self.require_ports(environment, name)
        if name == "postgres":
            postgres.make_cluster(self._layout, environment)
            postgres.wait_for_former_server(self._layout)
        if name == "rabbitmq":
            servers.rabbitmq_server()
        if name in component_names():
            write_component_files(self._layout, environment, name)
        elif name == FRONTEND.name:
            servers.nginx()
            frontend.write_file(self._layout, environment)
        else:
            for program in programs:
                self._layout.ready_file(program).unlink(missing_ok=True)
