"""The one schema of all variables (spec 001, data-model.md, "Environment Variable Schema").

From it come validation, the `.env.example` files, `docs/environment-variables.md` and what
`inv env.sync` tells the running stack.
"""

from typing import Any

from hdms.catalog import DJANGO, FRONTEND, SERVICES, Service, find_service
from hdms.environment.variable import Variable, choice, fixed, identifier, image, integer, password

ROOT = "root"


def _variable(name: str, description: str, rule: dict[str, Any], **fields: Any) -> Variable:
    return Variable(name, description, **{**rule, **fields})


def _host_port(name: str, what: str, default: int, told: tuple[str, ...] = ()) -> Variable:
    return _variable(
        name,
        f"Port on this machine's loopback address where {what} is reached",
        integer(1024, 65535),
        default=str(default),
        told=told,
        is_host_port=True,
    )


_ROOT_VARIABLES = (
    _variable(
        "HDMS_ENVIRONMENT",
        "What the stack is for; production refuses missing, short or well-known secrets",
        choice("development", "production"),
        default="development",
    ),
    _variable(
        "POSTGRES_DB",
        "Name of the database that all services share",
        identifier(),
        default="hdms_db",
        told=("postgres", "pgbouncer"),
        source="spec 001 FR-001",
    ),
    _variable(
        "POSTGRES_USER",
        "PostgreSQL's superuser; fixed once the data folder exists",
        identifier(),
        default="postgres",
        told=("postgres", "pgbouncer"),
        source="spec 001 FR-001",
    ),
    _variable(
        "POSTGRES_PASSWORD",
        "Password of `POSTGRES_USER`",
        password(),
        generated=True,
        told=("postgres", "pgbouncer"),
        source="spec 001 FR-001",
    ),
    _variable(
        "DB_STATEMENT_TIMEOUT",
        "Seconds after which PostgreSQL ends a service's statement; 0 is never",
        integer(0, 86400, "seconds"),
        default="0",
        told=("postgres", "pgbouncer"),
        source="spec 001 FR-008",
    ),
    _variable(
        "PGBOUNCER_POOL_SIZE",
        "PostgreSQL connections that PgBouncer keeps for each role",
        integer(25, 50),
        default="25",
        told=("pgbouncer",),
        source="spec 001 FR-015",
    ),
    _variable(
        "PGBOUNCER_MAX_CLIENT_CONN",
        "Connections that PgBouncer accepts from the services together",
        integer(100, 10000),
        default="500",
        told=("pgbouncer",),
    ),
    _variable(
        "PGBOUNCER_USER",
        "Account of PgBouncer's admin console",
        identifier(),
        default="postgres",
        told=("pgbouncer",),
        source="spec 001 data-model 2",
    ),
    _variable(
        "PGBOUNCER_PASSWORD",
        "Password of `PGBOUNCER_USER`; empty means `POSTGRES_PASSWORD`",
        password(),
        default="",
        told=("pgbouncer",),
        source="spec 001 data-model 2",
    ),
    _host_port("PGBOUNCER_HOST_PORT", "PgBouncer", 6432, ("pgbouncer",)),
    _variable(
        "PGBOUNCER_IMAGE",
        "With Docker: the image that PgBouncer runs in; empty means Debian's package",
        image(),
        default="",
    ),
    _variable(
        "REDIS_PASSWORD",
        "Password of Redis; empty means none, which production refuses",
        password(),
        default="",
        generated=True,
        told=("redis",),
        required_in_production=True,
        source="spec 001 FR-003",
    ),
    _host_port("REDIS_HOST_PORT", "Redis", 6379, ("redis",)),
    _variable(
        "RABBITMQ_USER",
        "Account of RabbitMQ, the only one that is made",
        identifier(),
        default="hdms",
        told=("rabbitmq",),
        source="spec 003 T010",
    ),
    _variable(
        "RABBITMQ_PASSWORD",
        "Password of `RABBITMQ_USER`",
        password(),
        generated=True,
        told=("rabbitmq",),
        source="spec 003 T010",
    ),
    _host_port("RABBITMQ_HOST_PORT", "RabbitMQ", 5672, ("rabbitmq",)),
    _host_port("RABBITMQ_MANAGEMENT_PORT", "RabbitMQ's management UI", 15672, ("rabbitmq",)),
    _variable(
        "JWT_SIGNING_KEY",
        "Key that signs the access tokens which all services accept",
        password(),
        generated=True,
        is_key=True,
    ),
)


def _root_variables_of(service: Service) -> tuple[Variable, ...]:
    return (
        _variable(
            service.password_variable,
            f"Password of {service.name}'s PostgreSQL role `{service.role}`",
            password(),
            generated=True,
            told=("postgres", "pgbouncer"),
        ),
        *(
            [
                _variable(
                    service.secret_key_variable,
                    f"Django's secret key of {service.name}",
                    password(),
                    generated=True,
                    is_key=True,
                )
            ]
            if service.framework is DJANGO
            else []
        ),
        _host_port(service.port_variable, service.name, service.default_port),
        *(
            _variable(
                process.replicas_variable,
                f"How many {process.name} run side by side; empty means 1, in production 2",
                integer(1, 32),
                default="",
            )
            for process in service.processes
            if process.replicas_variable
        ),
    )


def _database_variables(service: Service) -> tuple[Variable, ...]:
    return (
        _variable(
            "DB_NAME",
            "Database",
            identifier(),
            default="hdms_db",
            shared="POSTGRES_DB",
            source="spec 001 FR-012",
        ),
        _variable(
            "DB_USER",
            "The service's own PostgreSQL role",
            fixed(service.role, "each service has a role and a schema of its own"),
        ),
        _variable(
            "DB_PASSWORD",
            "Password of that role",
            password(),
            shared=service.password_variable,
        ),
        _variable(
            "DB_HOST",
            "Where PgBouncer is; without Docker the engine puts its loopback address in place",
            fixed(
                "pgbouncer",
                "services reach PostgreSQL through PgBouncer",
                {"postgres": "postgres would bypass PgBouncer and its limit on connections"},
            ),
            default="pgbouncer",
            source="spec 001 FR-004",
        ),
        _variable(
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
    )


def _django_variables(service: Service) -> tuple[Variable, ...]:
    return (
        _variable(
            "DB_CONNECT_TIMEOUT",
            "Seconds to wait for a connection to the database",
            integer(1, 300, "seconds"),
            default="20",
            source="spec 001 FR-008",
        ),
        _variable(
            "REDIS_HOST",
            "Where Redis is; without Docker the engine puts its loopback address in place",
            fixed("redis", "the name of Redis in the stack's network"),
            default="redis",
            source="spec 001 FR-005",
        ),
        _variable(
            "REDIS_PORT",
            "Redis' port there",
            fixed("6379", "Redis' port in the stack's network"),
            default="6379",
            source="spec 001 FR-005",
        ),
        _variable(
            "REDIS_PASSWORD",
            "Password of Redis",
            password(),
            default="",
            shared="REDIS_PASSWORD",
            source="spec 001 FR-003",
        ),
        _variable(
            "SECRET_KEY",
            "Django's secret key",
            password(),
            shared=service.secret_key_variable,
        ),
        _variable(
            "JWT_SIGNING_KEY",
            "Key that signs access tokens",
            password(),
            shared="JWT_SIGNING_KEY",
        ),
        _variable(
            "ALLOWED_HOSTS",
            "Host names that the service answers to, with commas",
            {"expected": "host names, with commas"},
            default=f"localhost,127.0.0.1,[::1],{service.name}",
        ),
    )


_RABBITMQ_VARIABLES = (
    _variable(
        "RABBITMQ_HOST",
        "Where RabbitMQ is; without Docker the engine puts its loopback address in place",
        fixed("rabbitmq", "the name of RabbitMQ in the stack's network"),
        default="rabbitmq",
        source="spec 003 T010",
    ),
    _variable(
        "RABBITMQ_PORT",
        "RabbitMQ's port there",
        fixed("5672", "RabbitMQ's port in the stack's network"),
        default="5672",
        source="spec 003 T010",
    ),
    _variable(
        "RABBITMQ_USER",
        "Account of RabbitMQ",
        identifier(),
        default="hdms",
        shared="RABBITMQ_USER",
    ),
    _variable(
        "RABBITMQ_PASSWORD",
        "Password of that account",
        password(),
        shared="RABBITMQ_PASSWORD",
    ),
)

_LOG_LEVEL = _variable(
    "LOG_LEVEL",
    "The least level that is logged",
    choice("DEBUG", "INFO", "WARNING", "ERROR"),
    default="INFO",
)


def _service_variables(service: Service) -> tuple[Variable, ...]:
    own = _django_variables(service) if service.framework is DJANGO else _RABBITMQ_VARIABLES
    return (*_database_variables(service), *own, _LOG_LEVEL)


VARIABLES: dict[str, tuple[Variable, ...]] = {
    ROOT: (
        *_ROOT_VARIABLES,
        *(variable for service in SERVICES for variable in _root_variables_of(service)),
        _host_port(
            FRONTEND.port_variable, "the page and, behind it, every service", FRONTEND.default_port
        ),
        _variable(
            "FRONTEND_BIND_ADDRESS",
            "Address on which the page is served; 0.0.0.0 is every network of this machine",
            choice("127.0.0.1", "0.0.0.0"),  # noqa: S104 - for who asks for it
            default="127.0.0.1",
        ),
    ),
    **{service.name: _service_variables(service) for service in SERVICES},
}
"""The variables of each file: `ROOT` for the root `.env`, else the service's name."""


def variable(scope: str, name: str) -> Variable:
    """Return one variable of a file; `scope` is `ROOT` or a service's name."""
    return next(v for v in VARIABLES[scope] if v.name == name)


def services_told_by(root_variable: str) -> list[Service]:
    """Return the services into whose files the root variable is copied."""
    return [
        find_service(scope)
        for scope, variables in VARIABLES.items()
        if any(v.shared == root_variable for v in variables)
    ]
