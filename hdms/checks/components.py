"""Each component's own probe: is it there, is it ours, is it the right one?"""

from typing import Any

import psycopg
import redis as redis_library

from hdms import connections
from hdms.checks.result import CheckFailed
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.rabbitmq import Management, Refused, Unreachable, cluster_name, log_in

Found = tuple[str, dict[str, Any]]
_START = "inv infra.up"
OLDEST_RABBITMQ = 3


def postgres(engine: Engine, environment: Environment) -> Found:
    """Prove that PostgreSQL 16 answers through PgBouncer (spec 001 FR-001, FR-004)."""
    address = engine.address(environment, "pgbouncer")
    try:
        with connections.database(environment, address) as connection:
            row = connection.execute("SELECT current_setting('server_version')").fetchone()
    except psycopg.OperationalError as error:
        raise CheckFailed(
            f"PostgreSQL does not answer through PgBouncer at {_text(address)}: {_reason(error)}",
            _remedy(error, "POSTGRES_PASSWORD"),
        ) from None
    version = str(row[0]) if row else ""
    if version.split(".")[0] != "16":
        raise CheckFailed(f"expected PostgreSQL 16, found {version}", "inv doctor")
    return f"PostgreSQL {version}", {"version": version}


def pgbouncer(engine: Engine, environment: Environment) -> Found:
    """Prove that our PgBouncer answers and pools transactions (spec 001 FR-002, FR-015)."""
    address = engine.address(environment, "pgbouncer")
    try:
        with connections.pgbouncer_console(environment, address) as console:
            rows = console.execute("SHOW CONFIG").fetchall()
            version = console.execute("SHOW VERSION").fetchone()
    except psycopg.OperationalError as error:
        raise CheckFailed(
            f"PgBouncer at {_text(address)}: {_reason(error)}",
            _remedy(error, "PGBOUNCER_PASSWORD or POSTGRES_PASSWORD"),
        ) from None
    settings = {row[0]: row[1] for row in rows}
    _expect("PgBouncer's pool_mode", settings["pool_mode"], "transaction")
    pool_size = settings["default_pool_size"]
    _expect("PgBouncer's pool size", pool_size, environment["PGBOUNCER_POOL_SIZE"])
    found = f"{version[0] if version else 'PgBouncer'}, transaction pooling"
    return found, {"pool_size": int(pool_size)}


def redis(engine: Engine, environment: Environment) -> Found:
    """Prove that this stack's Redis 7 answers and appends to disk (spec 001 FR-003)."""
    address = engine.address(environment, "redis")
    try:
        with connections.redis_client(environment, address) as client:
            info: Any = client.info()
    except redis_library.AuthenticationError as error:
        raise CheckFailed(
            f"Redis at {_text(address)} refused REDIS_PASSWORD: {error}", "inv env.sync"
        ) from None
    except redis_library.RedisError as error:
        raise CheckFailed(f"Redis at {_text(address)} does not answer: {error}", _START) from None
    ours = next(unit for unit in engine.status() if unit.name == "redis")
    # In a container its pid cannot be told from here, but then the port is the container's.
    if ours.state != "running" or ours.pid not in (None, info["process_id"]):
        raise CheckFailed(
            f"the Redis at {_text(address)} is not this stack's: it has pid {info['process_id']}, "
            f"ours {ours.pid or 'does not run'}",
            "stop it, or set another REDIS_HOST_PORT in .env and run `inv env.sync`",
        )
    version = str(info["redis_version"])
    if version.split(".")[0] != "7":
        raise CheckFailed(f"expected Redis 7, found {version}", "inv doctor")
    if not info["aof_enabled"]:
        raise CheckFailed("Redis does not append to disk", "inv infra.restart redis")
    return f"Redis {version}, appending to disk", {"version": version}


def rabbitmq(engine: Engine, environment: Environment) -> Found:
    """Prove that this stack's RabbitMQ takes the account by HTTP and by AMQP (spec 003 T010)."""
    address, api_address = (
        engine.address(environment, "rabbitmq"),
        engine.management_address(environment),
    )
    api = Management.of(environment, api_address)
    try:
        overview = api.get("overview")
        log_in(address, api.user, api.password)
    except Refused as error:
        raise CheckFailed(
            f"RabbitMQ at {_text(address)} refused RABBITMQ_PASSWORD: {error.message}",
            "inv env.sync; where that has nothing to do: inv infra.restart rabbitmq",
        ) from None
    except Unreachable as error:
        raise CheckFailed(
            f"RabbitMQ at {_text(address)} (management: {_text(api_address)}) does not answer: "
            f"{error.message}",
            _START,
        ) from None
    ours = next(unit for unit in engine.status() if unit.name == "rabbitmq")
    name, expected = overview.get("cluster_name"), cluster_name(engine.stack)
    # Where it has no pid it is in a container, and then the ports are the container's.
    if ours.state != "running" or (ours.pid is not None and name != expected):
        raise CheckFailed(
            f"the RabbitMQ at {_text(api_address)} is not this stack's: it is called {name}, "
            f"ours {expected if ours.state == 'running' else 'does not run'}",
            "stop it, or set other RABBITMQ_*_PORTs in .env and run `inv env.sync`",
        )
    version = str(overview["rabbitmq_version"])
    if int(version.split(".")[0]) < OLDEST_RABBITMQ:
        raise CheckFailed(f"expected RabbitMQ {OLDEST_RABBITMQ} or newer, found {version}")
    return f"RabbitMQ {version}", {"release": version}


def _expect(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise CheckFailed(f"{what}: expected {expected}, found {found}", "inv env.sync")


def _reason(error: Exception) -> str:
    """Return the last line of libpq's message, which names the reason and never a password."""
    return str(error).strip().splitlines()[-1]


def _remedy(error: Exception, variable: str) -> str:
    if "authentication failed" in str(error):
        return f"{variable} in .env is not what the stack was told: inv env.sync"
    return _START


def _text(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
