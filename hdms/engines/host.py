"""How a program on this machine reaches a stack, whichever engine runs it."""

import os
from pathlib import Path

from hdms.catalog import Service, port_variable, process_names
from hdms.environment.environment import Environment
from hdms.environment.schema import VARIABLES
from hdms.ports import LOOPBACK
from hdms.stack import PROJECT

# Nothing of the invoking shell but these reaches a process, so that a stray DB_HOST cannot.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR")


def source_folder(service: Service) -> Path:
    """Return the folder in which a service's processes are started."""
    return PROJECT / "services" / service.name / service.framework.folder


def inherited_environment() -> dict[str, str]:
    """Return the variables of this process that a service's program may have."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def place(environment: Environment, name: str) -> str:
    """Return where a unit is reached on this machine, for people."""
    variable = port_variable(name)
    if variable:
        return f"{LOOPBACK}:{environment[variable]}"
    return "takes work from the queue" if name in process_names() else "behind PgBouncer only"


def service_variables(environment: Environment, service: Service) -> dict[str, str]:
    """Return what takes the place of, or is added to, a service's `.env`: no secret."""
    settings = "prod" if environment.in_production else "dev"
    reached = {
        "DB_HOST": LOOPBACK,
        "DB_PORT": environment["PGBOUNCER_HOST_PORT"],
        "REDIS_HOST": LOOPBACK,
        "REDIS_PORT": environment["REDIS_HOST_PORT"],
        "RABBITMQ_HOST": LOOPBACK,
        "RABBITMQ_PORT": environment["RABBITMQ_HOST_PORT"],
    }
    known = {variable.name for variable in VARIABLES[service.name]}
    return {
        "HDMS_ENV_FILE": str(environment.stack.service_env(service.name)),
        "HDMS_ENVIRONMENT": environment["HDMS_ENVIRONMENT"],
        "DJANGO_SETTINGS_MODULE": f"core.settings.{settings}",
        **{name: value for name, value in reached.items() if name in known},
        "WEB_HOST": LOOPBACK,
        "WEB_PORT": environment[service.port_variable],
    }
