"""The way to PostgreSQL 16 through PgBouncer: proven, or explained, whatever the driver."""

import asyncio
import uuid
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from hdms_common.result import AUTHENTICATION_FAILED, CheckFailed, Proof, remedy

POSTGRESQL_MAJOR = 16
SHARED_BACKEND_ATTEMPTS = 20

# How PgBouncer words that PostgreSQL is not there.
_BEHIND = ("server login", "server conn", "connect failed", "query_wait")
# Of SQLSTATE's class 08, which is a driver's own (the connection broke), a server sends this alone.
_PROTOCOL_VIOLATION = "08P01"


class Session(Protocol):
    """A connection that commits each statement by itself."""

    @property
    def backend_pid(self) -> int:
        """The process id that the server told at the login."""

    async def value(self, query: str) -> Any:
        """The first column of the first row; None without one."""

    async def execute(self, statement: str) -> None:
        """Execute a statement that returns nothing."""

    def rolled_back(self) -> AbstractAsyncContextManager[Any]:
        """A transaction that leaves nothing behind."""


@dataclass(frozen=True)
class Way:
    """Whose way it is, and where it leads.

    Attributes:
        service: e.g. "user-service".
        address: PgBouncer's, "host:port".
        role: PostgreSQL's, and the name of its schema.
        database: its name.
    """

    service: str
    address: str
    role: str
    database: str

    async def prove(self, first: Session, second: Session) -> Proof:
        """Prove server version, path, schema, and a write and a read that are rolled back.

        Raises:
            CheckFailed: it is another way than that; and whatever the driver raises.
        """
        version = await self._prove_version(first)
        backends = await self._prove_transaction_mode(first, second)
        schema = await self._prove_schema(first)
        await self._prove_write_and_read(first)
        return Proof(
            f"PostgreSQL {version} through PgBouncer at {self.address} in transaction mode, "
            f"schema {schema}",
            {"server_version": version, "schema": schema, "backends_seen": backends},
        )

    async def _prove_version(self, session: Session) -> str:
        version = str(await session.value("SHOW server_version"))
        if version.split(".")[0] != str(POSTGRESQL_MAJOR):
            raise CheckFailed(
                f"{self.service}: expected PostgreSQL {POSTGRESQL_MAJOR}, found {version}",
                "`inv doctor` shows which PostgreSQL is found",
            )
        return version

    async def _prove_transaction_mode(self, first: Session, second: Session) -> int:
        """Prove that clients share backends between transactions, and only between transactions.

        Returns how many backends it saw.
        """
        backend = "SELECT pg_backend_pid()"
        # PgBouncer tells its clients a key of its own; PostgreSQL tells its backend's pid.
        if await first.value(backend) == first.backend_pid:
            raise self._wrong_path("PostgreSQL itself answers there, not PgBouncer")
        seen: tuple[set[int], set[int]] = (set(), set())
        for _ in range(SHARED_BACKEND_ATTEMPTS):  # the running service may hold the shared one
            seen[0].add(await first.value(backend))
            seen[1].add(await second.value(backend))
            if seen[0] & seen[1]:
                break
            await asyncio.sleep(0.01)
        else:
            raise self._wrong_path(
                "PgBouncer is in session mode: two clients never shared a backend"
            )
        async with first.rolled_back(), second.rolled_back():
            if await first.value(backend) == await second.value(backend):
                raise self._wrong_path("two simultaneous transactions ran on one backend")
        return len(seen[0] | seen[1])

    def _wrong_path(self, what: str) -> CheckFailed:
        return CheckFailed(
            f"{self.service}: expected PgBouncer in transaction mode at {self.address}: {what}",
            f"DB_HOST and DB_PORT in services/{self.service}/.env must name PgBouncer (6432), "
            "and its pool_mode must be transaction: `inv env.sync`, `inv infra.restart pgbouncer`",
        )

    async def _prove_schema(self, session: Session) -> str:
        schema = str(await session.value("SELECT current_schema()"))
        others = await session.value(
            "SELECT string_agg(nspname, ', ') FROM pg_namespace"
            " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            " AND nspname <> current_schema() AND has_schema_privilege(oid, 'USAGE')"
        )
        hint = "`inv infra.up` sets up the roles and their schemas"
        role = f"{self.service}: role {self.role}"
        if schema != self.role:
            raise CheckFailed(f"{role} works in PostgreSQL's schema {schema}, not its own", hint)
        if others:
            raise CheckFailed(f"{role} may use other PostgreSQL schemas too: {others}", hint)
        return schema

    async def _prove_write_and_read(self, session: Session) -> None:
        table = f"verify_{uuid.uuid4().hex}"
        async with session.rolled_back():
            await session.execute(f"CREATE TABLE {table} (answer int)")
            await session.execute(f"INSERT INTO {table} VALUES (42)")  # noqa: S608 - our name
            answer = await session.value(f"SELECT answer FROM {table}")  # noqa: S608
        if answer != 42:
            raise CheckFailed(
                f"{self.service}: PostgreSQL returned {answer!r} for a row just written as 42",
                "`inv infra.logs postgres`",
            )

    def explain(self, error: BaseException) -> CheckFailed:
        """A failed connection in the words of someone who has to repair it; never the password."""
        text, service = str(error).lower(), self.service
        if isinstance(error, TimeoutError) or any(sign in text for sign in _BEHIND):
            return CheckFailed(
                f"{service}: PostgreSQL behind PgBouncer at {self.address} does not answer: "
                f"{_first_line(error)}",
                "`inv infra.up` starts PostgreSQL, `inv env.sync` sets its roles' passwords; "
                "the reason: `inv infra.logs pgbouncer`",
            )
        if any(sign in text for sign in (AUTHENTICATION_FAILED, "no such user", "sasl")):
            return CheckFailed(
                f"{service}: PgBouncer at {self.address} refused role {self.role}: "
                f"password {AUTHENTICATION_FAILED} (DB_PASSWORD)",
                f"compare DB_PASSWORD in services/{service}/.env with the root .env: "
                "run `inv env.sync`",
            )
        if "no such database" in text or ("database" in text and "does not exist" in text):
            return CheckFailed(
                f"{service}: PgBouncer at {self.address} has no database {self.database} (DB_NAME)",
                "compare DB_NAME with POSTGRES_DB in the root .env: run `inv env.sync`",
            )
        if _is_worded_by_a_server(error, text):
            return CheckFailed(
                f"{service}: PostgreSQL through PgBouncer at {self.address} answers with an error: "
                f"{_first_line(error)}",
                remedy(error, "its log: `inv infra.logs postgres`"),
            )
        return CheckFailed(
            f"{service}: PgBouncer at {self.address} is unreachable (DB_HOST, DB_PORT): "
            f"{_first_line(error)}",
            "start it: `inv infra.up`; its log: `inv infra.logs pgbouncer`",
        )


def _is_worded_by_a_server(error: BaseException, text: str) -> bool:
    state = getattr(error, "sqlstate", None) or "08"
    of_the_driver = state.startswith("08") and state != _PROTOCOL_VIOLATION
    return not of_the_driver or "fatal:" in text or "error:" in text


def _first_line(error: BaseException) -> str:
    said = str(error).strip().partition("\n")[0]
    if said:
        return said
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
