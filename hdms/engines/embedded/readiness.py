"""When a component or process of the embedded engine is ready."""

import json
from collections.abc import Callable
from http.client import HTTPException

from hdms import connections
from hdms.catalog import service_of
from hdms.engines.embedded import postgres, rabbitmq
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.replicas import programs_of
from hdms.environment.environment import Environment
from hdms.ports import LOOPBACK


def is_ready(layout: Layout, environment: Environment, name: str) -> bool:
    """Return whether a component answers with its credentials, or a process takes work."""
    probes: dict[str, Callable[[], bool]] = {
        "postgres": lambda: postgres.accepts_connections(layout),
        "pgbouncer": lambda: _pgbouncer_answers(environment),
        "redis": lambda: _redis_answers(environment),
        "rabbitmq": lambda: rabbitmq.answers(environment),
    }
    return probes.get(name, lambda: _process_answers(layout, environment, name))()


def _pgbouncer_answers(environment: Environment) -> bool:
    import psycopg

    address = (LOOPBACK, int(environment["PGBOUNCER_HOST_PORT"]))
    try:
        with connections.pgbouncer_console(environment, address) as console:
            console.execute("SHOW VERSION")
    except psycopg.Error:
        return False
    return True


def _redis_answers(environment: Environment) -> bool:
    import redis

    address = (LOOPBACK, int(environment["REDIS_HOST_PORT"]))
    try:
        with connections.redis_client(environment, address) as client:
            return bool(client.ping())
    except redis.RedisError:  # also while it loads its data
        return False


def _process_answers(layout: Layout, environment: Environment, name: str) -> bool:
    service = service_of(name)
    if name != service.name:
        programs = programs_of(name, environment.replicas(name))
        return all(layout.ready_file(program).exists() for program in programs)
    address = (LOOPBACK, int(environment[service.port_variable]))
    try:
        status, body = connections.http_get(address, "/health/live")
        return status == 200 and json.loads(body).get("service") == name
    except (OSError, HTTPException, ValueError):
        return False
