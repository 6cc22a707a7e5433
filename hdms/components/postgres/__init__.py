"""PostgreSQL: one database, a role and a schema for each service, reached through PgBouncer."""

import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from hdms.checks.result import CheckFailed
from hdms.components.component import Clients, Component, Found
from hdms.components.libpq import connection, failure
from hdms.components.pgbouncer.console import NAME as PGBOUNCER
from hdms.components.pgbouncer.console import console, paused
from hdms.components.postgres.compose import PostgresCompose
from hdms.components.postgres.embedded import MAJOR, NAME, PostgresEmbedded, programs
from hdms.connections import Address, shown
from hdms.environment.variable import Variable, fixed, identifier, integer, password
from hdms.errors import InvalidInput
from hdms.process import run

if TYPE_CHECKING:
    import psycopg

    from hdms.engines.base import Announce, Engine
    from hdms.environment.environment import Environment
    from hdms.service import Service

_BY_ROLE = (
    "SELECT usename, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    " AND usename LIKE '%\\_service' GROUP BY usename"
)
_TOLD = (NAME, PGBOUNCER)
_CONNECT_TIMEOUT = Variable.of(
    "DB_CONNECT_TIMEOUT",
    "Seconds to wait for a connection to the database",
    integer(1, 300, "seconds"),
    default="20",
    source="spec 001 FR-008",
)


@contextmanager
def database(environment: "Environment", address: Address) -> "Iterator[psycopg.Connection[Any]]":
    """Connect as superuser, through the PgBouncer at an address, for `connections.SECONDS` at most.

    Raises:
        psycopg.OperationalError: PgBouncer or PostgreSQL is away, or refuses the account.
    """
    with connection(
        host=address[0],
        port=address[1],
        dbname=environment["POSTGRES_DB"],
        user=environment["POSTGRES_USER"],
        password=environment["POSTGRES_PASSWORD"],
        prepare_threshold=None,
    ) as connected:
        yield connected


class Postgres(Component):
    """PostgreSQL 16 (spec 001 FR-001)."""

    name = NAME
    title = "PostgreSQL 16"
    embedded = PostgresEmbedded()
    compose = PostgresCompose()
    can_refuse = True
    clients = Clients("PostgreSQL connections", 85)  # max_db_connections in config/pgbouncer

    @property
    def reached_through(self) -> str:
        """PgBouncer, and nothing else (spec 001 FR-004)."""
        return PGBOUNCER

    def variables(self, roles: Sequence[str]) -> tuple[Variable, ...]:
        return (
            Variable.of(
                "POSTGRES_DB",
                "Name of the database that all services share",
                identifier(reserved=("template0", "template1", "pgbouncer")),
                default="hdms_db",
                told=_TOLD,
                source="spec 001 FR-001",
            ),
            Variable.of(
                "POSTGRES_USER",
                "PostgreSQL's superuser; fixed once the data folder exists",
                identifier(reserved=("public", "none", "pg_*", *roles)),
                default="postgres",
                told=_TOLD,
                source="spec 001 FR-001",
            ),
            Variable.of(
                "POSTGRES_PASSWORD",
                "Password of `POSTGRES_USER`",
                password(),
                generated=True,
                told=_TOLD,
                source="spec 001 FR-001",
            ),
            Variable.of(
                "DB_STATEMENT_TIMEOUT",
                "Seconds after which PostgreSQL ends a service's statement; 0 is never",
                integer(0, 86400, "seconds"),
                default="0",
                told=_TOLD,
                source="spec 001 FR-008",
            ),
        )

    def variables_for(self, service: "Service") -> tuple[Variable, ...]:
        return (
            Variable.of(
                service.password_variable,
                f"Password of {service.name}'s PostgreSQL role `{service.role}`",
                password(),
                generated=True,
                told=_TOLD,
            ),
        )

    def service_variables(self, service: "Service") -> tuple[Variable, ...]:
        return (
            Variable.of(
                "DB_NAME",
                "Database",
                identifier(),
                default="hdms_db",
                shared="POSTGRES_DB",
                source="spec 001 FR-012",
            ),
            Variable.of(
                "DB_USER",
                "The service's own PostgreSQL role",
                fixed(service.role, "each service has a role and a schema of its own"),
            ),
            Variable.of(
                "DB_PASSWORD",
                "Password of that role",
                password(),
                shared=service.password_variable,
            ),
            Variable.of(
                "DB_HOST",
                "Where PgBouncer is; without Docker the engine puts its loopback address in place",
                fixed(
                    PGBOUNCER,
                    "services reach PostgreSQL through PgBouncer",
                    {"postgres": "postgres would bypass PgBouncer and its limit on connections"},
                ),
                default=PGBOUNCER,
                source="spec 001 FR-004",
            ),
            Variable.of(
                "DB_PORT",
                "PgBouncer's port there",
                fixed(
                    "6432",
                    "PgBouncer's port",
                    {"5432": "5432 is PostgreSQL's own port and would bypass PgBouncer"},
                ),
                default="6432",
                source="spec 001 data-model 4",
            ),
            *([_CONNECT_TIMEOUT] if service.framework.connect_timeout else []),
        )

    def refuse_change(self, environment: "Environment", variables: Set[str]) -> None:
        if "POSTGRES_USER" in variables:
            raise InvalidInput(
                f"POSTGRES_USER={environment['POSTGRES_USER']}: the superuser of a database "
                "that exists cannot change its name; nothing was changed",
                "put the former name back",
            )

    def prove(self, engine: "Engine", environment: "Environment") -> Found:
        """Prove that PostgreSQL 16 answers through PgBouncer (spec 001 FR-001, FR-004)."""
        import psycopg

        address = self.address(engine, environment)
        try:
            with database(environment, address) as connected:
                row = connected.execute("SELECT current_setting('server_version')").fetchone()
        except psycopg.OperationalError as error:
            what = f"PostgreSQL through PgBouncer at {shown(address)}"
            raise failure(what, error, "POSTGRES_PASSWORD") from None
        version = str(row[0]) if row else ""
        if version.split(".")[0] != MAJOR:
            raise CheckFailed(f"expected PostgreSQL 16, found {version}", "inv doctor")
        return f"PostgreSQL {version}", {"version": version}

    @contextmanager
    def refusing(self, engine: "Engine", environment: "Environment") -> Iterator[None]:
        """Give the services' roles other passwords, and back the ones that they had.

        Should this process be killed meanwhile: `inv infra.restart postgres` sets them, too.
        """
        address, roles = self.address(engine, environment), list(environment.roles)
        with database(environment, address) as connected:
            right = connected.execute(
                "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s)", (roles,)
            ).fetchall()
        _set_passwords(environment, address, [(r, secrets.token_urlsafe(24)) for r in roles])
        try:
            yield
        finally:
            _set_passwords(environment, address, right)  # the hashes, which it takes as such

    def restarting(
        self, engine: "Engine", environment: "Environment", announce: "Announce"
    ) -> AbstractContextManager[None]:
        """Let PgBouncer's clients wait meanwhile, so that no request fails."""
        if not {NAME, PGBOUNCER} <= engine.running():
            return nullcontext()
        return paused(environment, self.address(engine, environment), announce)

    def count_clients(self, engine: "Engine", environment: "Environment") -> Counter[str]:
        import psycopg

        try:
            with database(environment, self.address(engine, environment)) as connected:
                return Counter(dict(connected.execute(_BY_ROLE).fetchall()))
        except psycopg.Error:
            return Counter()

    def open_prompt(
        self, engine: "Engine", environment: "Environment", arguments: Sequence[str]
    ) -> int:
        """Open psql as superuser, through PgBouncer."""
        host, port = self.address(engine, environment)
        variables = {
            "PGHOST": host,
            "PGPORT": str(port),
            "PGDATABASE": environment["POSTGRES_DB"],
            "PGUSER": environment["POSTGRES_USER"],
        }
        escaped = re.sub(r"([:\\])", r"\\\1", environment["POSTGRES_PASSWORD"])
        command = [programs() / "psql", *arguments]
        with tempfile.NamedTemporaryFile("w", prefix="hdms-psql-") as file:  # for its owner only
            file.write(f"*:*:*:*:{escaped}\n")
            file.flush()
            variables["PGPASSFILE"] = file.name
            return run(command, env=variables, check=False, interactive=True).exit_code


def _set_passwords(
    environment: "Environment", address: Address, passwords: list[tuple[str, str]]
) -> None:
    from psycopg import sql

    with database(environment, address) as connected:
        for role, secret in passwords:
            connected.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), secret)
            )
    with console(environment, address) as connected:
        connected.execute("RECONNECT")  # what is connected stays so, whatever the password
