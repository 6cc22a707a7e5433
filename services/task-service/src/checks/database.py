"""The proof that the service reaches its database."""

import asyncio
import uuid

import asyncpg

from src.checks.result import LIMIT_SECONDS, Proof
from src.config import SERVICE, Settings
from src.db.direct import Explained, connect, explain
from src.db.session import OUTAGES

POSTGRESQL_MAJOR = 16
SHARED_BACKEND_ATTEMPTS = 20


async def prove_database(settings: Settings) -> Proof:
    """Prove server version, path, schema, and a write and a read that are rolled back."""
    server = settings.database
    try:
        async with (
            connect(server, LIMIT_SECONDS) as first,
            connect(server, LIMIT_SECONDS) as second,
        ):
            version = await _prove_version(first)
            backends = await _prove_transaction_mode(first, second, server.address)
            schema = await _prove_schema(first, server.user)
            await _prove_write_and_read(first)
    except OUTAGES as error:
        raise explain(server, error) from error
    return Proof(
        f"PostgreSQL {version} through PgBouncer at {server.address} in transaction mode, "
        f"schema {schema}",
        {"server_version": version, "schema": schema, "backends_seen": backends},
    )


async def _prove_version(connection: asyncpg.Connection) -> str:
    version = str(await connection.fetchval("SHOW server_version"))
    if version.split(".")[0] != str(POSTGRESQL_MAJOR):
        raise Explained(
            f"{SERVICE}: expected PostgreSQL {POSTGRESQL_MAJOR}, found {version}",
            "`inv doctor` shows which PostgreSQL is found",
        )
    return version


async def _prove_transaction_mode(
    first: asyncpg.Connection, second: asyncpg.Connection, address: str
) -> int:
    """Prove that clients share backends between transactions, and only between transactions.

    Returns how many backends it saw.
    """
    backend = "SELECT pg_backend_pid()"
    # PgBouncer tells its clients a key of its own; PostgreSQL tells its backend's pid.
    if await first.fetchval(backend) == first.get_server_pid():
        raise _wrong_path(address, "PostgreSQL itself answers there, not PgBouncer")
    seen: tuple[set[int], set[int]] = (set(), set())
    for _ in range(SHARED_BACKEND_ATTEMPTS):  # the running service may hold the shared one
        seen[0].add(await first.fetchval(backend))
        seen[1].add(await second.fetchval(backend))
        if seen[0] & seen[1]:
            break
        await asyncio.sleep(0.01)
    else:
        raise _wrong_path(
            address, "PgBouncer is in session mode: two clients never shared a backend"
        )
    async with first.transaction(), second.transaction():
        if await first.fetchval(backend) == await second.fetchval(backend):
            raise _wrong_path(address, "two simultaneous transactions ran on one backend")
    return len(seen[0] | seen[1])


def _wrong_path(address: str, what: str) -> Explained:
    return Explained(
        f"{SERVICE}: expected PgBouncer in transaction mode at {address}: {what}",
        f"DB_HOST and DB_PORT in services/{SERVICE}/.env must name PgBouncer (6432), "
        "and its pool_mode must be transaction: `inv env.sync`, `inv infra.restart pgbouncer`",
    )


async def _prove_schema(connection: asyncpg.Connection, role: str) -> str:
    schema = str(await connection.fetchval("SELECT current_schema()"))
    others = await connection.fetchval(
        "SELECT string_agg(nspname, ', ') FROM pg_namespace"
        " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        " AND nspname <> current_schema() AND has_schema_privilege(oid, 'USAGE')"
    )
    hint = "`inv infra.up` sets up the roles and their schemas"
    if schema != role:
        raise Explained(
            f"{SERVICE}: role {role} works in PostgreSQL's schema {schema}, not its own", hint
        )
    if others:
        raise Explained(
            f"{SERVICE}: role {role} may use other PostgreSQL schemas too: {others}", hint
        )
    return schema


async def _prove_write_and_read(connection: asyncpg.Connection) -> None:
    table = f"verify_{uuid.uuid4().hex}"
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"CREATE TABLE {table} (answer int)")
        await connection.execute(f"INSERT INTO {table} VALUES (42)")  # noqa: S608 (our name)
        answer = await connection.fetchval(f"SELECT answer FROM {table}")  # noqa: S608
    finally:
        await transaction.rollback()
    if answer != 42:
        raise Explained(
            f"{SERVICE}: PostgreSQL returned {answer!r} for a row just written as 42",
            "`inv infra.logs postgres`",
        )
