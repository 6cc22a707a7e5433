"""A component that answers, and lets nobody in."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import redis
from psycopg import sql

from hdms import connections
from hdms.catalog import SERVICES
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.rabbitmq import Management


@contextmanager
def _wrong_passwords_in_postgres(engine: Engine, environment: Environment) -> Iterator[None]:
    """Give the services' roles other passwords, and back the ones that they had.

    Should this process be killed meanwhile: `inv infra.restart postgres` sets them, too.
    """
    address = engine.address(environment, "pgbouncer")
    roles = [service.role for service in SERVICES]
    with connections.database(environment, address) as database:
        right = database.execute(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s)", (roles,)
        ).fetchall()
    _set_passwords(engine, environment, [(role, secrets.token_urlsafe(24)) for role in roles])
    try:
        yield
    finally:
        _set_passwords(engine, environment, right)  # the hashes, which PostgreSQL takes as such


def _set_passwords(
    engine: Engine, environment: Environment, passwords: list[tuple[str, str]]
) -> None:
    address = engine.address(environment, "pgbouncer")
    with connections.database(environment, address) as database:
        for role, password in passwords:
            database.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password)
            )
    with connections.pgbouncer_console(environment, address) as console:
        console.execute("RECONNECT")  # what is connected stays so, whatever the password


@contextmanager
def _disabled_in_pgbouncer(engine: Engine, environment: Environment) -> Iterator[None]:
    """Hang up on everybody and refuse who comes again: its passwords are in a file."""
    address = engine.address(environment, "pgbouncer")
    name = environment["POSTGRES_DB"]

    def tell(*commands: str) -> None:
        with connections.pgbouncer_console(environment, address) as console:
            for command in commands:
                console.execute(sql.SQL(f"{command} {{}}").format(sql.Identifier(name)))

    tell("DISABLE", "KILL")
    try:
        yield
    finally:
        tell("RESUME", "ENABLE")


@contextmanager
def _wrong_password_in_redis(engine: Engine, environment: Environment) -> Iterator[None]:
    """Change the password of the running Redis; its next start reads the right one again."""
    address = engine.address(environment, "redis")
    with redis.Redis(
        host=address[0],
        port=address[1],
        password=environment["REDIS_PASSWORD"] or None,
        single_connection_client=True,  # which stays signed in
    ) as client:
        client.config_set("requirepass", secrets.token_urlsafe(24))
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        try:
            yield
        finally:
            client.config_set("requirepass", environment["REDIS_PASSWORD"])


@contextmanager
def _wrong_password_in_rabbitmq(engine: Engine, environment: Environment) -> Iterator[None]:
    """Change the account's password and hang up on everybody; back afterwards.

    Should this process be killed meanwhile: RabbitMQ's next start sets the right one again.
    """
    right = Management.of(environment, engine.management_address(environment))
    wrong = Management(right.address, right.user, secrets.token_urlsafe(24))
    right.set_account(wrong.user, wrong.password)
    wrong.close_connections()
    try:
        yield
    finally:
        wrong.set_account(right.user, right.password)


REFUSING: dict[str, Callable[[Engine, Environment], AbstractContextManager[None]]] = {
    "postgres": _wrong_passwords_in_postgres,
    "pgbouncer": _disabled_in_pgbouncer,
    "redis": _wrong_password_in_redis,
    "rabbitmq": _wrong_password_in_rabbitmq,
}
"""component -> a context in which it refuses the services."""
