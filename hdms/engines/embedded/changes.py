"""Telling a running stack what is new in the environment: only what, and only whom, it concerns."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import redis

from hdms import connections
from hdms.catalog import (
    PGBOUNCER,
    REDIS,
    component_names,
    port_variables,
    process_names,
    replicas_variables,
)
from hdms.engines.base import Announce, Change
from hdms.engines.embedded import postgres, rabbitmq
from hdms.engines.embedded.configuration import (
    TEMPLATES,
    redis_password_in_force,
    values_told,
    write_component_files,
)
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.readiness import is_ready
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.embedded.units import Units
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import LOOPBACK, require_free
from hdms.wait import wait_until

RESTART = "restarts"
RESIZE = "starts or stops some of its processes"
RELOAD = "reloads its configuration"
PROVISION = "changes roles and passwords in the database that exists"
SET_PASSWORD = "takes the new password"  # noqa: S105 - words, not a secret
TELL_SECONDS = 30.0
_WITHOUT_RESTART = {
    "postgres": PROVISION,
    "pgbouncer": RELOAD,
    "redis": SET_PASSWORD,
    "rabbitmq": SET_PASSWORD,
}


class Changes:
    """The difference between what the stack runs with and what its environment says."""

    def __init__(self, layout: Layout, supervisor: Supervisor, units: Units) -> None:
        self._layout = layout
        self._supervisor = supervisor
        self._units = units

    def pending(self, environment: Environment) -> list[Change]:
        """Return what running things have not been told yet, in the order of `apply`.

        Raises:
            InvalidInput: a change that a running stack cannot take over.
        """
        infos = self._supervisor.infos()
        changes = []
        for name in [*component_names(), *process_names()]:
            state = infos.get(name, {}).get("statename")
            if state in (None, "STOPPED", "STOPPING"):
                continue
            values = values_told(self._layout, environment, name)
            differing = self._units.told.differing(name, values)
            if state not in ("STARTING", "RUNNING"):
                # With which values it failed is not known; nothing but a start helps.
                changes.append(Change(name, differing or ("it had failed",), RESTART))
            elif differing:
                changes.append(Change(name, differing, _action(name, set(differing))))
        self._refuse_impossible(environment, changes)
        return changes

    def apply(self, environment: Environment, announce: Announce) -> None:
        """Carry out what `pending` returns: components in their order, processes side by side."""
        changes = self.pending(environment)
        processes = [change for change in changes if change.name in process_names()]
        for change in changes:
            if change not in processes:
                announce(f"{change.name} {change.action}")
                self._tell(environment, change)
        for change in processes:
            announce(f"{change.name} {change.action}")
        with ThreadPoolExecutor() as pool:
            for _ in pool.map(lambda change: self._tell(environment, change), processes):
                pass

    def restart(self, environment: Environment, name: str) -> float:
        """Stop a unit, start it with its current configuration; return the seconds to ready."""
        self._supervisor.stop([name])
        return self._units.start(environment, name).seconds

    def _tell(self, environment: Environment, change: Change) -> None:
        ways: dict[str, Callable[[], object]] = {
            RESTART: lambda: self.restart(environment, change.name),
            RESIZE: lambda: self._units.resize(environment, change.name),
            RELOAD: lambda: self._reload_pgbouncer(environment),
            PROVISION: lambda: postgres.provision(self._layout, environment),
            SET_PASSWORD: lambda: self._set_password(environment, change.name),
        }
        ways[change.action]()
        self._units.record(environment, change.name)

    def _reload_pgbouncer(self, environment: Environment) -> None:
        write_component_files(self._layout, environment, PGBOUNCER.name)
        # A signal needs no password: the one that is in force may be known to nobody any more.
        self._supervisor.signal(PGBOUNCER.name, "HUP")
        address = (LOOPBACK, int(environment[PGBOUNCER.port_variable or ""]))
        wait_until(
            lambda: is_ready(self._layout, environment, PGBOUNCER.name),
            "PgBouncer to take the new configuration",
            TELL_SECONDS,
        )
        with connections.pgbouncer_console(environment, address) as console:
            # Settings of roles hold for new connections to PostgreSQL only.
            console.execute("RECONNECT")

    def _set_password(self, environment: Environment, name: str) -> None:
        if name == REDIS.name:
            self._set_redis_password(environment)
            return
        try:
            rabbitmq.set_account(self._layout, environment)
        except HdmsError:
            # Somebody changed it by hand; the start sets it, whatever the data know.
            self.restart(environment, name)
        write_component_files(self._layout, environment, name)

    def _set_redis_password(self, environment: Environment) -> None:
        address = (LOOPBACK, int(environment[REDIS.port_variable or ""]))
        if not is_ready(self._layout, environment, REDIS.name):
            before = redis_password_in_force(self._layout)
            try:
                with connections.redis_client(environment, address, password=before) as client:
                    client.config_set("requirepass", environment["REDIS_PASSWORD"])
            except redis.RedisError:
                # Somebody changed it by hand. Appended to disk, nothing is lost by a restart.
                self.restart(environment, REDIS.name)
        write_component_files(self._layout, environment, REDIS.name)

    def _refuse_impossible(self, environment: Environment, changes: list[Change]) -> None:
        for change in changes:
            if change.name == "postgres" and "POSTGRES_USER" in change.variables:
                raise InvalidInput(
                    f"POSTGRES_USER={environment['POSTGRES_USER']}: the superuser of a database "
                    "that exists cannot change its name; nothing was changed",
                    "put the former name back, or delete the data: inv infra.down --volumes",
                )
            for variable in port_variables(change.name):
                if variable in change.variables:
                    require_free(int(environment[variable]), change.name, variable)


def _action(name: str, variables: set[str]) -> str:
    if variables == {replicas_variables().get(name)}:
        return RESIZE
    templates = {f"config/{path}" for path in TEMPLATES.get(name, ())}
    if variables & {*templates, *port_variables(name)} or name in process_names():
        return RESTART
    return _WITHOUT_RESTART[name]
