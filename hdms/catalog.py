"""The one place that lists the components, the services and their processes.

Nox sessions, checks, variables and the engines' process lists are made from it while they run, the
Compose files, nginx's routes and the README's table by `inv generate` (hdms/generated.py).
"""

from collections.abc import Iterable, Sequence

from hdms.components.component import Component
from hdms.components.pgbouncer import PgBouncer
from hdms.components.postgres import Postgres
from hdms.components.rabbitmq import RabbitMQ
from hdms.components.redis import Redis
from hdms.errors import InvalidInput
from hdms.nearest import nearest
from hdms.service import FASTAPI, Process, Service

POSTGRES, PGBOUNCER, REDIS, RABBITMQ = Postgres(), PgBouncer(), Redis(), RabbitMQ()
COMPONENTS: tuple[Component, ...] = (POSTGRES, PGBOUNCER, REDIS, RABBITMQ)

_GUNICORN = ("gunicorn", "--config", "python:hdms_django.gunicorn", "core.wsgi:application")
_EVENTS = ("python", "-m", "hdms_django.events.worker")
_UVICORN = ("python", "-m", "hdms_django.asgi_server")
_CELERY = (
    *("celery", "--app", "core", "worker", "--loglevel", "INFO", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)

SERVICES = (
    Service(
        "user-service",
        8002,
        ("db", "cache", "events"),
        (Process("user-service", "web", _GUNICORN), Process("user-worker", "worker", _EVENTS)),
        routes=("/api/accounts/", "/api/people/", "/api/departments/"),
    ),
    Service(
        "ticket-service",
        8003,
        ("db", "cache", "events"),
        (Process("ticket-service", "web", _GUNICORN), Process("ticket-worker", "worker", _EVENTS)),
        routes=("/api/tickets/",),
    ),
    Service(
        "communication-service",
        8004,
        ("db", "cache", "events", "channels"),
        (
            Process("communication-service", "web", _UVICORN),
            Process("communication-worker", "worker", _EVENTS),
        ),
        routes=("/api/chat/", "/api/notifications/", "/ws/"),
    ),
    Service(
        "file-service",
        8005,
        ("db", "cache", "events", "celery"),
        (
            Process("file-service", "web", _GUNICORN),
            Process("file-worker", "worker", _CELERY),
            Process("file-events", "worker", _EVENTS),
        ),
        routes=("/api/files/",),
        volumes=("media_data:/media/hdms",),
    ),
    Service(
        "task-service",
        8001,
        ("db", "queue"),
        (
            Process("task-service", "web", ("python", "-m", "src")),
            # A state vector of 24 qubits, what Qiskit needs beside it, and Qiskit itself.
            Process("task-worker", "worker", ("python", "worker.py"), memory="1536M"),
        ),
        needs=("postgres", "pgbouncer", "rabbitmq"),
        framework=FASTAPI,
    ),
    # `inv service.new` adds its entries above this line.
)


FRONTEND = Service(
    "frontend-service",
    8080,
    (),
    (Process("frontend-service", "web", ("nginx",)),),
    needs=(),
    workers_need=(),
)
"""The page, and the one address behind which a browser finds every service."""

EVENT_WORKERS = {
    service.name: process.name
    for service in SERVICES
    for process in service.processes
    if process.command == _EVENTS
}
"""Service -> its process that sends its events and takes those of the others."""

WEB_SERVICES = (*SERVICES, FRONTEND)
"""Every service that is reached by HTTP."""


def component_names() -> list[str]:
    """Return the names of the components, in the order in which they depend on each other."""
    return [component.name for component in COMPONENTS]


def component_called(name: str) -> Component | None:
    """Return the component of this name; None where it is a process."""
    return next((component for component in COMPONENTS if component.name == name), None)


def components_among(names: Iterable[str]) -> list[Component]:
    """Return the components whose names are among these, in the catalog's order."""
    wanted = set(names)
    return [component for component in COMPONENTS if component.name in wanted]


def process_names() -> list[str]:
    """Return the names of all services' processes."""
    return [process.name for service in WEB_SERVICES for process in service.processes]


def replicas_variables() -> dict[str, str]:
    """Return process -> the root variable that says how many of it run side by side."""
    return {
        process.name: process.replicas_variable
        for service in SERVICES
        for process in service.processes
        if process.replicas_variable
    }


def service_of(process_name: str) -> Service:
    """Return the service that runs the process of this name."""
    return next(
        service
        for service in WEB_SERVICES
        if any(process.name == process_name for process in service.processes)
    )


def own_services_of(names: Iterable[str]) -> set[Service]:
    """Return the services of `SERVICES` of which a process is among `names`."""
    return {service_of(name) for name in names if name in process_names()} - {FRONTEND}


def port_variable(name: str) -> str | None:
    """Return the root variable with a unit's loopback port, its clients'; None if it has none."""
    return next(iter(port_variables(name)), None)


def port_variables(name: str) -> tuple[str, ...]:
    """Return the root variables of all of a unit's loopback ports."""
    component = component_called(name)
    if component:
        return tuple(port.variable for port in component.ports)
    service = service_of(name)
    return (service.port_variable,) if name == service.name else ()


def require_port(name: str, port: str | None = None) -> str:
    """Return `port`, a variable of a unit's ports, or the one of its clients' port.

    Raises:
        InvalidInput: it has no port of its own: PostgreSQL, or a worker.
    """
    variable = port or port_variable(name)
    if variable is None:
        raise InvalidInput(f"{name} has no port of its own")
    return variable


def port_inside(name: str, variable: str) -> int | None:
    """Return the number in its container of a component's port; None for a process."""
    component = component_called(name)
    ports = component.ports if component else ()
    return next((port.inside for port in ports if port.variable == variable), None)


def starting_order(names: Sequence[str]) -> list[list[str]]:
    """Return components and processes in groups, of which each needs those before it running."""
    left = components_among(names)
    groups = []
    while left:
        waiting = {c.name for c in left}
        first = [c for c in left if waiting.isdisjoint(c.depends_on)]
        groups.append([c.name for c in first])
        left = [c for c in left if c not in first]
    processes = set(names) & set(process_names())
    return [*groups, [name for name in process_names() if name in processes]]


def needed_components(names: Iterable[str]) -> list[str]:
    """Return what the processes among `names` need, in the catalog's order."""
    names = set(names)
    processes = [
        (service, process)
        for service in own_services_of(names)
        for process in service.processes
        if process.name in names
    ]
    needed = {
        component
        for service, process in processes
        for component in (service.components if process.kind == "worker" else service.needs)
    }
    return [name for name in component_names() if name in needed]


def find_service(name: str) -> Service:
    """Return the service called `name` (`user` is short for `user-service`).

    Raises:
        InvalidInput: there is no such service.
    """
    for service in WEB_SERVICES:
        if name in (service.name, service.name.removesuffix("-service")):
            return service
    known = ", ".join(service.name for service in WEB_SERVICES)
    raise InvalidInput(f"there is no service {name!r}", f"the services are: {known}")


def find_own_service(name: str) -> Service:
    """Return the service of `SERVICES` called `name`: one with Python, a role and a `.env`.

    Raises:
        InvalidInput: there is no such service, or it is the frontend, which has none of them.
    """
    service = find_service(name)
    if service == FRONTEND:
        raise InvalidInput(
            f"{FRONTEND.name} is nginx: it has no .env, no database and no manage.py",
            f"the services that have: {', '.join(own.name for own in SERVICES)}",
        )
    return service


def require_unit(name: str, more: Sequence[str] = ()) -> str:
    """Return the component or process called `name` (`user` is short for `user-service`).

    Args:
        more: what else it may be.

    Raises:
        InvalidInput: it is none.
    """
    if f"{name}-service" in process_names():
        return f"{name}-service"
    known = [*component_names(), *process_names(), *more]
    if name not in known:
        meant = nearest(name, known)
        raise InvalidInput(
            f"there is no component or process {name!r}" + (f"; {meant}?" if meant else ""),
            f"expected one of: {', '.join(known)}",
        )
    return name
