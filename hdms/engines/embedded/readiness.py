"""When a component or process of the embedded engine is ready."""

import json
import time
from http.client import HTTPException

from hdms import connections
from hdms.catalog import component_called, service_of
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.replicas import programs_of
from hdms.environment.environment import Environment
from hdms.ports import LOOPBACK

# By then its guard has killed it.
FRESH_SECONDS = 20.0


def is_ready(layout: Layout, environment: Environment, name: str) -> bool:
    """Return whether a component answers with its credentials, or a process takes work."""
    component = component_called(name)
    if component:
        return component.embedded.answers(layout, environment)
    return _process_answers(layout, environment, name)


def _works(layout: Layout, program: str) -> bool:
    """Return whether a worker has shown of late that it works (services/guard.sh)."""
    try:
        return time.time() - layout.ready_file(program).stat().st_mtime < FRESH_SECONDS
    except FileNotFoundError:
        return False


def _process_answers(layout: Layout, environment: Environment, name: str) -> bool:
    service = service_of(name)
    if name != service.name:
        programs = programs_of(name, environment.replicas(name))
        return all(_works(layout, program) for program in programs)
    address = (LOOPBACK, int(environment[service.port_variable]))
    try:
        status, body = connections.http_get(address, "/health/live")
        return status == 200 and json.loads(body).get("service") == name
    except (OSError, HTTPException, ValueError):
        return False
