"""The one schema of all variables (spec 001, data-model.md, "Environment Variable Schema").

From it come validation, the `.env.example` files, `docs/environment-variables.md` and what
`inv env.sync` tells the running stack.
"""

from hdms.catalog import COMPONENTS, FRONTEND, SERVICES, components_among, find_service
from hdms.environment.variable import (
    Variable,
    choice,
    fixed,
    host_port,
    image,
    integer,
    network,
    password,
    version,
)
from hdms.service import DJANGO, Service

ROOT = "root"
_ROLES = tuple(service.role for service in SERVICES)


_ROOT_VARIABLES = (
    Variable.of(
        "HDMS_ENVIRONMENT",
        "What the stack is for; production refuses missing, short or well-known secrets",
        choice("development", "production"),
        default="development",
    ),
    Variable.of(
        "HDMS_WAIT_SECONDS",
        "Seconds that a command waits at most for one component or process to become ready, or for "
        "another command to end",
        integer(5, 3600, "seconds"),
        default="120",
    ),
    Variable.of(
        "HDMS_REGISTRY",
        "With Docker: where the images of HDMS are, without a name; production pulls them from "
        "there. Empty means that they are built here",
        image(),
        default="",
    ),
    Variable.of(
        "HDMS_VERSION",
        "With Docker: the tag of the images of HDMS",
        version(),
        default="latest",
    ),
    *(variable for component in COMPONENTS for variable in component.variables(_ROLES)),
)


def _root_variables_of(service: Service) -> tuple[Variable, ...]:
    return (
        *(variable for component in COMPONENTS for variable in component.variables_for(service)),
        *(
            [
                Variable.of(
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
        host_port(service.port_variable, service.name, service.default_port),
        *(
            Variable.of(
                process.replicas_variable,
                f"How many {process.name} run side by side; empty means 1, in production 2",
                integer(1, 32),
                default="",
            )
            for process in service.processes
            if process.replicas_variable
        ),
    )


def _django_variables(service: Service) -> tuple[Variable, ...]:
    return (
        Variable.of(
            "SECRET_KEY",
            "Django's secret key",
            password(),
            shared=service.secret_key_variable,
        ),
        Variable.of(
            "FRONT_DOOR_URL",
            "Where the service reaches the front door, which has user-service's public keys; "
            "without Docker the engine puts its loopback address in place",
            fixed("http://frontend-service:8080", "that is its name between containers"),
            default="http://frontend-service:8080",
        ),
        Variable.of(
            "ALLOWED_HOSTS",
            "Host names that the service answers to, with commas",
            {"expected": "host names, with commas"},
            default=f"localhost,127.0.0.1,[::1],{service.name}",
        ),
    )


_LOG_LEVEL = Variable.of(
    "LOG_LEVEL",
    "The least level that is logged",
    choice("DEBUG", "INFO", "WARNING", "ERROR"),
    default="INFO",
)


_TASK_VARIABLES = (
    Variable.of(
        "TASK_MAX_QUBITS",
        "The largest register of a circuit; a state vector takes 16 * 2^qubits bytes",
        integer(1, 32),
        default="24",
    ),
    Variable.of(
        "TASK_TIME_LIMIT",
        "Seconds that one circuit may run",
        integer(1, 1200, "seconds"),
        default="30",
    ),
    Variable.of(
        "TASK_QUICK_LIMIT",
        "Seconds after which a circuit makes room for others and is begun anew beside them",
        integer(1, 1200, "seconds"),
        default="1",
    ),
    Variable.of(
        "TASK_LEASE",
        "Seconds after which a worker that has not been heard of counts as dead",
        integer(2, 600, "seconds"),
        default="3",
    ),
    Variable.of(
        "TASK_MAX_ATTEMPTS",
        "How many workers may begin a task before it is given up",
        integer(1, 100),
        default="5",
    ),
)


def _service_variables(service: Service) -> tuple[Variable, ...]:
    return (
        *(v for c in components_among(service.components) for v in c.service_variables(service)),
        *(_django_variables(service) if service.framework is DJANGO else _TASK_VARIABLES),
        _LOG_LEVEL,
    )


VARIABLES: dict[str, tuple[Variable, ...]] = {
    ROOT: (
        *_ROOT_VARIABLES,
        *(variable for service in SERVICES for variable in _root_variables_of(service)),
        host_port(
            FRONTEND.port_variable, "the page and, behind it, every service", FRONTEND.default_port
        ),
        Variable.of(
            "FRONTEND_BIND_ADDRESS",
            "Address on which the page is served; 0.0.0.0 is every network of this machine",
            choice("127.0.0.1", "0.0.0.0"),  # noqa: S104 - for who asks for it
            default="127.0.0.1",
        ),
        Variable.of(
            "FRONTEND_TRUSTED_PROXY",
            "Address or network of the proxy in front of the front door, whose X-Forwarded-For "
            "names the clients: limits are counted by these; empty means that there is none",
            network(),
            default="",
        ),
    ),
    **{service.name: _service_variables(service) for service in SERVICES},
}
"""The variables of each file: `ROOT` for the root `.env`, else the service's name."""


def of_services_alone() -> set[str]:
    """Return the variables that belong in a service's file, and have no effect in the root one."""
    in_root = {variable.name for variable in VARIABLES[ROOT]}
    return {v.name for service in SERVICES for v in VARIABLES[service.name]} - in_root


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
