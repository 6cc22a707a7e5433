"""PgBouncer: through which services, and this machine, reach PostgreSQL."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.checks.result import CheckFailed
from hdms.components.component import Clients, Component, Found, Port
from hdms.components.compose import ComposePart
from hdms.components.embedded import EmbeddedPart
from hdms.components.libpq import failure
from hdms.components.pgbouncer.console import NAME, admin_password, console
from hdms.connections import Address, shown
from hdms.engines.embedded.account import components_account
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import described, on_path
from hdms.environment.variable import (
    Variable,
    host_port,
    identifier,
    image,
    integer,
    password,
)
from hdms.ports import LOOPBACK

if TYPE_CHECKING:
    from hdms.engines.base import Engine
    from hdms.engines.embedded.running import RunningComponent
    from hdms.environment.environment import Environment

HOST_PORT = "PGBOUNCER_HOST_PORT"


@cache
def program() -> Path:
    """Return PgBouncer's program.

    Raises:
        HdmsError: it is missing.
    """
    return on_path("pgbouncer", "pgbouncer")


class _Embedded(EmbeddedPart):
    templates = ("pgbouncer/pgbouncer.ini.example",)
    tells = "reloads its configuration"

    def program(self, layout: Layout) -> Program:
        return Program(
            NAME,
            [program(), layout.config / "pgbouncer.ini"],
            folder=layout.run,
            account=components_account(),
            stop_signal="INT",  # its safe shutdown; TERM would wait for clients
        )

    def described(self) -> str:
        return described(program())

    def values(self, layout: Layout, environment: "Environment") -> Mapping[str, str]:
        return {
            "POSTGRES_HOST": str(layout.run).replace("'", "''"),
            "PGBOUNCER_LISTEN_ADDRESS": LOOPBACK,
            "PGBOUNCER_LISTEN_PORT": environment[HOST_PORT],
            "PGBOUNCER_AUTH_FILE": str(_user_list_file(layout)),
        }

    def other_files(self, layout: Layout, environment: "Environment") -> Mapping[Path, str]:
        return {_user_list_file(layout): _user_list(environment)}

    def prepare(self, layout: Layout, environment: "Environment") -> None:
        pass

    def answers(self, layout: Layout, environment: "Environment") -> bool:
        import psycopg

        try:
            with console(environment, _here(environment)) as connected:
                connected.execute("SHOW VERSION")
        except psycopg.Error:
            return False
        return True

    def tell(self, running: "RunningComponent") -> None:
        running.write_files()
        # A signal needs no password: the one that is in force may be known to nobody any more.
        running.signal("HUP")
        running.wait_ready()
        with console(running.environment, _here(running.environment)) as connected:
            # Settings of roles hold for new connections to PostgreSQL only.
            connected.execute("RECONNECT")


class _Compose(ComposePart):
    built = True


class PgBouncer(Component):
    """PgBouncer, pooling transactions (spec 001 FR-002)."""

    name = NAME
    title = "PgBouncer"
    embedded = _Embedded()
    compose = _Compose()
    ports = (Port(HOST_PORT, 6432),)
    depends_on = ("postgres",)
    checks = ("db",)
    service_address = ("DB_HOST", "DB_PORT")
    can_refuse = True
    clients = Clients("PgBouncer clients", 500)  # the default PGBOUNCER_MAX_CLIENT_CONN

    def variables(self, roles: Sequence[str]) -> tuple[Variable, ...]:
        return (
            Variable.of(
                "PGBOUNCER_POOL_SIZE",
                "PostgreSQL connections that PgBouncer keeps for each role",
                integer(25, 50),
                default="25",
                told=(NAME,),
                source="spec 001 FR-015",
            ),
            Variable.of(
                "PGBOUNCER_MAX_CLIENT_CONN",
                "Connections that PgBouncer accepts from the services together",
                integer(100, 10000),
                default="500",
                told=(NAME,),
            ),
            Variable.of(
                "PGBOUNCER_USER",
                "Account of PgBouncer's admin console",
                identifier(reserved=tuple(roles)),
                default="postgres",
                told=(NAME,),
                source="spec 001 data-model 2",
            ),
            Variable.of(
                "PGBOUNCER_PASSWORD",
                "Password of `PGBOUNCER_USER`; empty means `POSTGRES_PASSWORD`",
                password(),
                default="",
                told=(NAME,),
                source="spec 001 data-model 2",
            ),
            host_port(HOST_PORT, "PgBouncer", 6432, (NAME,)),
            Variable.of(
                "PGBOUNCER_IMAGE",
                "With Docker: the image that PgBouncer runs in; empty means Debian's package",
                image(),
                default="",
            ),
        )

    def problems(self, environment: "Environment") -> Sequence[tuple[str, str]]:
        same_account = environment["PGBOUNCER_USER"] == environment["POSTGRES_USER"]
        if same_account and admin_password(environment) != environment["POSTGRES_PASSWORD"]:
            what = (
                "PGBOUNCER_PASSWORD differs from POSTGRES_PASSWORD though both belong to "
                f"{environment['POSTGRES_USER']}: leave it empty, or give PGBOUNCER_USER another "
                "name"
            )
            return [("PGBOUNCER_PASSWORD", what)]
        return []

    def prove(self, engine: "Engine", environment: "Environment") -> Found:
        """Prove that our PgBouncer answers and pools transactions (spec 001 FR-002, FR-015)."""
        import psycopg

        address = self.address(engine, environment)
        try:
            with console(environment, address) as connected:
                rows = connected.execute("SHOW CONFIG").fetchall()
                version = connected.execute("SHOW VERSION").fetchone()
        except psycopg.OperationalError as error:
            variables = "PGBOUNCER_PASSWORD or POSTGRES_PASSWORD"
            raise failure(f"PgBouncer at {shown(address)}", error, variables) from None
        settings = {row[0]: row[1] for row in rows}
        _expect("PgBouncer's pool_mode", settings["pool_mode"], "transaction")
        pool_size = settings["default_pool_size"]
        _expect("PgBouncer's pool size", pool_size, environment["PGBOUNCER_POOL_SIZE"])
        found = f"{version[0] if version else 'PgBouncer'}, transaction pooling"
        return found, {"pool_size": int(pool_size)}

    @contextmanager
    def refusing(self, engine: "Engine", environment: "Environment") -> Iterator[None]:
        """Hang up on everybody and refuse who comes again: its passwords are in a file."""
        from psycopg import sql

        address = self.address(engine, environment)
        name = environment["POSTGRES_DB"]

        def tell(*commands: str) -> None:
            with console(environment, address) as connected:
                for command in commands:
                    connected.execute(sql.SQL(f"{command} {{}}").format(sql.Identifier(name)))

        tell("DISABLE", "KILL")
        try:
            yield
        finally:
            tell("RESUME", "ENABLE")

    def count_clients(self, engine: "Engine", environment: "Environment") -> Counter[str]:
        import psycopg

        try:
            with console(environment, self.address(engine, environment)) as connected:
                roles = [row[1] for row in connected.execute("SHOW CLIENTS").fetchall()]
        except psycopg.Error:
            return Counter()
        return Counter(role for role in roles if role.endswith("_service"))


def _here(environment: "Environment") -> Address:
    return LOOPBACK, int(environment[HOST_PORT])


def _user_list_file(layout: Layout) -> Path:
    return layout.config / "userlist.txt"


def _user_list(environment: "Environment") -> str:
    """Return PgBouncer's `userlist.txt`: the admin, the superuser and every service's role."""
    accounts = {
        environment["POSTGRES_USER"]: environment["POSTGRES_PASSWORD"],
        environment["PGBOUNCER_USER"]: admin_password(environment),
        **{role: environment[variable] for role, variable in environment.roles.items()},
    }
    return "".join(f'"{account}" "{secret}"\n' for account, secret in accounts.items())


def _expect(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise CheckFailed(f"{what}: expected {expected}, found {found}", "inv env.sync")
