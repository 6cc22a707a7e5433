"""docker-compose.yml and its overlays, held to the catalog, the schema and the specification."""

import re
import shlex
from typing import Any

import pytest
import yaml

from hdms.catalog import (
    COMPONENTS,
    DJANGO,
    FRONTEND,
    SERVICES,
    Process,
    component_names,
    own_services_of,
    port_variables,
    process_names,
    replicas_variables,
)
from hdms.environment.environment import PRODUCTION_REPLICAS
from hdms.environment.schema import ROOT, VARIABLES
from hdms.stack import PROJECT

PROCESSES = [process for service in SERVICES for process in service.processes]
VOLUMES = {
    "postgres": "/var/lib/postgresql/data",
    "pgbouncer": "/etc/pgbouncer",
    "redis": "/data",
    "rabbitmq": "/var/lib/rabbitmq",
}


class Loader(yaml.SafeLoader):
    """Reads Compose's own tag as what it does: nothing is left."""


Loader.add_constructor("!reset", lambda _loader, _node: None)


def read(name: str) -> dict[str, Any]:
    return dict(yaml.load((PROJECT / name).read_text(), Loader))  # noqa: S506 - a safe loader


BASE = read("docker-compose.yml")["services"]
PRODUCTION = read("docker-compose.prod.yml")["services"]
DEVELOPMENT = read("docker-compose.dev.yml")["services"]


def test_it_runs_what_the_catalog_lists_and_nothing_else() -> None:
    assert list(BASE) == [*component_names(), *process_names()]
    assert set(PRODUCTION) == set(BASE)
    assert set(DEVELOPMENT) == set(process_names())


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_process_runs_the_command_of_the_catalog(process: Process) -> None:
    assert BASE[process.name]["command"] == list(process.command)
    assert shlex.join(process.command) in DEVELOPMENT[process.name]["command"]


@pytest.mark.parametrize("unit", [*COMPONENTS, *SERVICES], ids=lambda unit: unit.name)
def test_ports_are_published_on_loopback_only_and_under_their_variables(unit: Any) -> None:
    ports = BASE[unit.name].get("ports", [])

    if unit.port_variable is None:
        assert ports == []
    else:
        defaults = {v.name: v.default for v in VARIABLES[ROOT]}
        assert [port.rsplit(":", 1)[0] for port in ports] == [
            f"127.0.0.1:${{{variable}:-{defaults[variable]}}}"
            for variable in port_variables(unit.name)
        ]
    assert PRODUCTION[unit.name].get("ports") is None


def test_production_publishes_the_front_door_alone() -> None:
    published = {name for name in BASE if "ports" in BASE[name] and "ports" not in PRODUCTION[name]}

    assert published == {FRONTEND.name}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_has_its_own_role_and_secrets(service: Any) -> None:
    for process in service.processes:
        environment = BASE[process.name]["environment"]
        assert environment["DB_USER"] == service.role
        assert f"${{{service.password_variable}:?" in environment["DB_PASSWORD"]
        if service.framework is DJANGO:
            assert f"${{{service.secret_key_variable}:?" in environment["SECRET_KEY"]
        assert environment["DB_HOST"] == "pgbouncer"


def test_it_has_the_defaults_of_the_schema_and_names_no_other_variable() -> None:
    text = "".join(path.read_text() for path in PROJECT.glob("docker-compose*.yml"))
    named = dict(re.findall(r"\$\{([A-Z_]+)(?::-([^}]*))?", text))
    for variable in replicas_variables().values():
        assert named.pop(variable)
    known = {variable.name: variable.default or "" for variable in VARIABLES[ROOT]}

    assert set(named) - set(known) == {"COMPOSE_PROJECT_NAME", "HDMS_HOME"}
    written = {name: default for name, default in named.items() if default and name in known}
    assert written == {name: known[name] for name in written} | {"PGBOUNCER_IMAGE": "packaged"}


@pytest.mark.parametrize("name", component_names() + process_names())
def test_health_is_looked_at_as_specified_and_at_once_after_a_start(name: str) -> None:
    health = BASE[name]["healthcheck"]

    # spec 001 FR-014
    assert (health["interval"], health["retries"], health["timeout"]) == ("30s", 3, "10s")
    # Silently ignored without start_period.
    assert health["start_interval"].endswith("ms")
    assert health["start_period"]


@pytest.mark.parametrize("name", component_names())
def test_a_component_keeps_its_data_in_its_volume(name: str) -> None:
    assert f"{name}_data:{VOLUMES[name]}" in BASE[name]["volumes"]


@pytest.mark.parametrize("name", component_names() + process_names())
def test_production_drops_what_a_container_does_not_need(name: str) -> None:
    service = PRODUCTION[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    if own_services_of([name]):
        assert service["deploy"]["replicas"] in (PRODUCTION_REPLICAS, _replicas(name, "2"))


@pytest.mark.parametrize("name", replicas_variables())
def test_a_worker_runs_once_unless_env_says_otherwise(name: str) -> None:
    assert BASE[name]["deploy"] == {"replicas": _replicas(name, "1")}


def _replicas(name: str, default: str) -> str:
    return f"${{{replicas_variables().get(name)}:-{default}}}"
