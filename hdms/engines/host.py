"""How a program on this machine reaches a stack, whichever engine runs it."""

import os
from collections.abc import Iterable
from pathlib import Path

from hdms.catalog import component_called, components_among, port_variable, port_variables
from hdms.environment.environment import Environment
from hdms.ports import LOOPBACK, Wanted
from hdms.service import Service
from hdms.stack import PROJECT

# Nothing of the invoking shell but these reaches a process, so that a stray DB_HOST cannot.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR")

# Under which a web process knows its port; in `.env` it has a name for each service.
WEB_PORT = "WEB_PORT"

# Whatever the locale is (cron and systemd have none): a path may have any letter.
UTF_8 = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def source_folder(service: Service) -> Path:
    """Return the folder in which a service's processes are started."""
    return PROJECT / "services" / service.name / service.framework.folder


def inherited_environment() -> dict[str, str]:
    """Return the variables of this process that a service's program may have."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, **UTF_8}


def ports_wanted(environment: Environment, names: Iterable[str]) -> list[Wanted]:
    """Return the ports of this machine that some units take."""
    return [
        Wanted(int(environment[variable]), name, variable)
        for name in names
        for variable in port_variables(name)
    ]


def place(environment: Environment, name: str) -> str:
    """Return where a unit is reached on this machine, for people."""
    variable = port_variable(name)
    if variable:
        return f"{LOOPBACK}:{environment[variable]}"
    component = component_called(name)
    if component is None:
        return "takes work from the queue"
    (way,) = components_among([component.reached_through])
    return f"behind {way.title} only"


def service_variables(environment: Environment, service: Service) -> dict[str, str]:
    """Return what takes the place of, or is added to, a service's `.env`: no secret."""
    settings = "prod" if environment.in_production else "dev"
    reached: dict[str, str] = {}
    for component in components_among(service.components):
        if component.service_address:
            host, port = component.service_address
            reached |= {host: LOOPBACK, port: environment[component.ports[0].variable]}
    return {
        "HDMS_ENV_FILE": str(environment.stack.service_env(service.name)),
        "HDMS_ENVIRONMENT": environment["HDMS_ENVIRONMENT"],
        "DJANGO_SETTINGS_MODULE": f"core.settings.{settings}",
        **reached,
        "WEB_HOST": LOOPBACK,
        WEB_PORT: environment[service.port_variable],
    }
