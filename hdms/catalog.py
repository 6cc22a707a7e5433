"""The one place that lists the components, the services and their processes.

Nox sessions, checks, variables and the engines' process lists are made from it; a test holds
the configuration files to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hdms.errors import InvalidInput


@dataclass(frozen=True)
class Component:
    """A piece of infrastructure.

    Attributes:
        title: its name as people write it, with the version that the specification asks for.
        port_variable: the root variable with the loopback port on which this machine reaches it;
            None for PostgreSQL, which is reached through PgBouncer only (spec 001 FR-004).
        management_port_variable: the same for its management API, where it has one.
    """

    name: str
    title: str
    port_variable: str | None = None
    management_port_variable: str | None = None


@dataclass(frozen=True)
class Process:
    """A program that a service runs, started in its framework's folder.

    Attributes:
        name: unique in the stack; the web process has its service's name.
        kind: "web" listens on the service's port, "worker" takes work from a queue.
    """

    name: str
    kind: str
    command: tuple[str, ...]

    @property
    def replicas_variable(self) -> str | None:
        """The root variable that says how many run side by side; None where one port allows one."""
        return f"{self.name.replace('-', '_').upper()}_REPLICAS" if self.kind == "worker" else None


@dataclass(frozen=True)
class Framework:
    """What services that are written with the same framework have in common.

    Attributes:
        folder: where their programs start, below the service's own folder.
        verify: the command that proves the checks which are named behind it, with `--json`.
        migrate: the command that brings the service's schema up to date.
        manage: the command whose subcommands look after one service.
        applied: what `migrate` prints for each migration, as a regular expression.
        common: whether `services/common` is installed beside the service's packages.
    """

    folder: str
    verify: tuple[str, ...]
    migrate: tuple[str, ...]
    manage: tuple[str, ...]
    applied: str
    common: bool


DJANGO = Framework(
    "src",
    ("python", "manage.py", "verify"),
    ("python", "manage.py", "migrate", "--noinput"),
    ("python", "manage.py"),
    r"^\s+Applying .* OK$",
    common=True,
)
FASTAPI = Framework(
    ".",
    ("python", "-m", "src.verify"),
    ("alembic", "upgrade", "head"),
    ("alembic",),
    r"Running upgrade ",
    common=False,
)


@dataclass(frozen=True)
class Service:
    """An application in `services/`.

    What is said of roles and passwords holds for `SERVICES`; `FRONTEND` has none.

    Attributes:
        default_port: the loopback port of its web process on this machine.
        checks: the connections that it must prove (`Framework.verify`).
        needs: the components without which it does not start.
    """

    name: str
    default_port: int
    checks: tuple[str, ...]
    processes: tuple[Process, ...]
    needs: tuple[str, ...] = ("postgres", "pgbouncer", "redis")
    framework: Framework = DJANGO

    @property
    def role(self) -> str:
        """Its own PostgreSQL role, and the schema of the same name."""
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        """What its variables in the root `.env` begin with, e.g. `USER_SERVICE`."""
        return self.role.upper()

    @property
    def port_variable(self) -> str:
        """The root variable with the loopback port of its web process."""
        return f"{self.prefix}_HOST_PORT"

    @property
    def password_variable(self) -> str:
        """The root variable with the password of its PostgreSQL role."""
        return f"{self.prefix}_DB_PASSWORD"

    @property
    def secret_key_variable(self) -> str:
        """The root variable with Django's secret key."""
        return f"{self.prefix}_SECRET_KEY"


POSTGRES = Component("postgres", "PostgreSQL 16")
PGBOUNCER = Component("pgbouncer", "PgBouncer", "PGBOUNCER_HOST_PORT")
REDIS = Component("redis", "Redis 7", "REDIS_HOST_PORT")
RABBITMQ = Component("rabbitmq", "RabbitMQ", "RABBITMQ_HOST_PORT", "RABBITMQ_MANAGEMENT_PORT")
COMPONENTS = (POSTGRES, PGBOUNCER, REDIS, RABBITMQ)

_GUNICORN = ("gunicorn", "--config", "python:hdms_common.gunicorn", "core.wsgi:application")
_UVICORN = ("python", "-m", "hdms_common.asgi_server")
_CELERY = (
    *("celery", "--app", "core", "worker", "--loglevel", "INFO", "--concurrency", "2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)

SERVICES = (
    Service("user-service", 8002, ("db", "cache"), (Process("user-service", "web", _GUNICORN),)),
    Service(
        "ticket-service", 8003, ("db", "cache"), (Process("ticket-service", "web", _GUNICORN),)
    ),
    Service(
        "communication-service",
        8004,
        ("db", "cache", "channels"),
        (Process("communication-service", "web", _UVICORN),),
    ),
    Service(
        "file-service",
        8005,
        ("db", "cache", "celery"),
        (Process("file-service", "web", _GUNICORN), Process("file-worker", "worker", _CELERY)),
    ),
    Service(
        "task-service",
        8001,
        ("db", "queue"),
        (
            Process("task-service", "web", ("python", "-m", "src")),
            Process("task-worker", "worker", ("python", "worker.py")),
        ),
        needs=("postgres", "pgbouncer", "rabbitmq"),
        framework=FASTAPI,
    ),
)


FRONTEND = Service(
    "frontend-service", 8080, (), (Process("frontend-service", "web", ("nginx",)),), needs=()
)
"""The page, and the one address behind which a browser finds every service."""

WEB_SERVICES = (*SERVICES, FRONTEND)
"""Every service that is reached by HTTP."""


def component_names() -> list[str]:
    """Return the names of the components, in the order in which they depend on each other."""
    return [component.name for component in COMPONENTS]


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
    """Return the root variable with a unit's loopback port; None where it has no port."""
    if name in process_names():
        service = service_of(name)
        return service.port_variable if name == service.name else None
    return next(component.port_variable for component in COMPONENTS if component.name == name)


def port_variables(name: str) -> tuple[str, ...]:
    """Return the root variables of all of a unit's loopback ports."""
    management = (c.management_port_variable for c in COMPONENTS if c.name == name)
    return tuple(v for v in (port_variable(name), *management) if v is not None)


def needed_components(names: Iterable[str]) -> list[str]:
    """Return what the services of which a process is among `names` need, in its order."""
    needed = {component for service in own_services_of(names) for component in service.needs}
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


def require_unit(name: str) -> str:
    """Return the component or process called `name` (`user` is short for `user-service`).

    Raises:
        InvalidInput: there is neither.
    """
    if f"{name}-service" in process_names():
        return f"{name}-service"
    known = [*component_names(), *process_names()]
    if name not in known:
        raise InvalidInput(
            f"there is no component or process {name!r}", f"expected one of: {', '.join(known)}"
        )
    return name
