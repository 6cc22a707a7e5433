"""The proofs that the service reaches its database and its queue, each bounded in time."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg
from aio_pika import DeliveryMode, Message

from src.config import SERVICE, Settings
from src.db.direct import Explained, connect, explain
from src.db.session import OUTAGES as DATABASE_OUTAGES
from src.queue import OUTAGES as QUEUE_OUTAGES
from src.queue import connect as connect_to_broker
from src.queue import explain as explain_queue

LIMIT_SECONDS = 5.0
POSTGRESQL_MAJOR = 16
SHARED_BACKEND_ATTEMPTS = 20

Measurement = str | int | float


@dataclass(frozen=True)
class Proof:
    """What a check that passed has shown."""

    message: str
    measurements: dict[str, Measurement] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of the check `id`; `hint` is empty when it passed."""

    id: str
    status: Literal["pass", "fail"]
    message: str
    hint: str = ""
    latency_ms: float = 0.0
    measurements: dict[str, Measurement] = field(default_factory=dict)


Check = Callable[[Settings], Awaitable[Proof]]


async def run(check_id: str, settings: Settings) -> CheckResult:
    """Run one check. Never raises: a check that crashes is a failed result."""
    start = time.perf_counter()

    def elapsed() -> float:
        return round((time.perf_counter() - start) * 1000, 2)

    try:
        async with asyncio.timeout(LIMIT_SECONDS + 1):
            proof = await CHECKS[check_id](settings)
    except Explained as failure:
        return CheckResult(check_id, "fail", str(failure), failure.hint, elapsed())
    except Exception as error:
        message = f"{SERVICE}: the check crashed: {type(error).__name__}: {error}"
        for secret in (settings.database.password, settings.rabbitmq.password):
            message = message.replace(secret, "***")
        hint = "this is a defect of the check: please report it"
        return CheckResult(check_id, "fail", message, hint, elapsed())
    return CheckResult(check_id, "pass", proof.message, "", elapsed(), proof.measurements)


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
    except DATABASE_OUTAGES as error:
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


async def prove_queue(settings: Settings) -> Proof:
    """Prove that a message that the broker confirms comes back, on a queue of our own."""
    server = settings.rabbitmq
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            async with await connect_to_broker(server, LIMIT_SECONDS) as connection:
                properties: dict[str, Any] = connection.transport.connection.server_properties
                await _prove_round_trip(connection)
    except QUEUE_OUTAGES as error:
        raise explain_queue(server, error) from error
    product, version = (_text(properties.get(key)) for key in ("product", "version"))
    if product != "RabbitMQ":
        raise Explained(
            f"{SERVICE}: expected RabbitMQ at {server.address}, found {product}",
            f"RABBITMQ_HOST and RABBITMQ_PORT in services/{SERVICE}/.env must name RabbitMQ",
        )
    return Proof(
        f"RabbitMQ {version} at {server.address}, virtual host {server.name}: a confirmed message "
        "came back",
        {"release": version, "virtual_host": server.name},
    )


async def _prove_round_trip(connection: Any) -> None:
    channel = await connection.channel(on_return_raises=True)
    # Exclusive: nobody else sees it, and it goes with the connection should we be killed.
    queue = await channel.declare_queue(f"verify-{uuid.uuid4().hex}", exclusive=True)
    try:
        sent = Message(uuid.uuid4().bytes, delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(sent, queue.name, mandatory=True)
        received = await queue.get(timeout=LIMIT_SECONDS, fail=False)
        if received is None or received.body != sent.body:
            raise Explained(
                f"{SERVICE}: RabbitMQ confirmed a message and did not give it back",
                "`inv infra.logs rabbitmq`",
            )
        await received.ack()
    finally:
        await queue.delete(if_empty=False, if_unused=False)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


CHECKS: dict[str, Check] = {"db": prove_database, "queue": prove_queue}
