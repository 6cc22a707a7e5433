"""The proof that the service reaches its schema in PostgreSQL 16 through PgBouncer."""

import asyncio
import uuid
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from hdms_common.connectivity.pgbouncer import Connection, address, connect, explain
from hdms_common.connectivity.result import CheckFailed, Proof

LIMIT_SECONDS = 5.0
POSTGRESQL_MAJOR = 16
SHARED_BACKEND_ATTEMPTS = 20


def check() -> Proof:
    """Prove server version, path, schema, and a write and a read that are rolled back.

    Raises CheckFailed; takes LIMIT_SECONDS at most.
    """
    return asyncio.run(_prove())


async def _prove() -> Proof:
    try:
        async with connect(LIMIT_SECONDS) as first, connect(LIMIT_SECONDS) as second:
            version = await _prove_version(first)
            backends = await _prove_transaction_mode(first, second)
            schema = await _prove_schema(first)
            await _prove_write_and_read(first)
    except (psycopg.OperationalError, TimeoutError) as error:
        raise explain(error) from error
    return Proof(
        f"PostgreSQL {version} through PgBouncer at {address()} in transaction mode, "
        f"schema {schema}",
        {"server_version": version, "schema": schema, "backends_seen": backends},
    )


async def _value(connection: Connection, query: sql.SQL | sql.Composed) -> Any:
    row = await (await connection.execute(query)).fetchone()
    return row[0] if row else None


async def _prove_version(connection: Connection) -> str:
    version = str(await _value(connection, sql.SQL("SHOW server_version")))
    if version.split(".")[0] != str(POSTGRESQL_MAJOR):
        raise CheckFailed(
            f"{settings.SERVICE}: expected PostgreSQL {POSTGRESQL_MAJOR}, found {version}",
            "`inv doctor` shows which PostgreSQL is found",
        )
    return version


async def _prove_transaction_mode(first: Connection, second: Connection) -> int:
    """Prove that clients share backends between transactions, and only between transactions.

    Returns how many backends it saw.
    """
    backend = sql.SQL("SELECT pg_backend_pid()")
    # PgBouncer tells its clients a key of its own; PostgreSQL tells its backend's pid.
    if await _value(first, backend) == first.info.backend_pid:
        raise _wrong_path("PostgreSQL itself answers there, not PgBouncer")

    seen: tuple[set[int], set[int]] = (set(), set())
    for _ in range(SHARED_BACKEND_ATTEMPTS):  # the running service may hold the shared one
        seen[0].add(await _value(first, backend))
        seen[1].add(await _value(second, backend))
        if seen[0] & seen[1]:
            break
        await asyncio.sleep(0.01)
    else:
        raise _wrong_path("PgBouncer is in session mode: two clients never shared a backend")

    async with first.transaction(), second.transaction():
        if await _value(first, backend) == await _value(second, backend):
            raise _wrong_path("two simultaneous transactions ran on one backend")
    return len(seen[0] | seen[1])


def _wrong_path(what: str) -> CheckFailed:
    return CheckFailed(
        f"{settings.SERVICE}: expected PgBouncer in transaction mode at {address()}: {what}",
        f"DB_HOST and DB_PORT in services/{settings.SERVICE}/.env must name PgBouncer (6432), "
        "and its pool_mode must be transaction: `inv env.sync`, `inv infra.restart pgbouncer`",
    )


async def _prove_schema(connection: Connection) -> str:
    role = settings.DATABASES["default"]["USER"]
    schema = str(await _value(connection, sql.SQL("SELECT current_schema()")))
    others = await _value(
        connection,
        sql.SQL(
            "SELECT string_agg(nspname, ', ') FROM pg_namespace"
            " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            " AND nspname <> current_schema() AND has_schema_privilege(oid, 'USAGE')"
        ),
    )
    hint = "`inv infra.up` sets up the roles and their schemas"
    if schema != role:
        raise CheckFailed(
            f"{settings.SERVICE}: role {role} works in PostgreSQL's schema {schema}, not its own",
            hint,
        )
    if others:
        raise CheckFailed(
            f"{settings.SERVICE}: role {role} may use other PostgreSQL schemas too: {others}", hint
        )
    return schema


async def _prove_write_and_read(connection: Connection) -> None:
    table = sql.Identifier(f"verify_{uuid.uuid4().hex}")
    async with connection.transaction(force_rollback=True):
        await connection.execute(sql.SQL("CREATE TABLE {} (answer int)").format(table))
        await connection.execute(sql.SQL("INSERT INTO {} VALUES (42)").format(table))
        answer = await _value(connection, sql.SQL("SELECT answer FROM {}").format(table))
    if answer != 42:
        raise CheckFailed(
            f"{settings.SERVICE}: PostgreSQL returned {answer!r} for a row just written as 42",
            "`inv infra.logs postgres`",
        )
