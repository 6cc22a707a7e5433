"""docker-compose.yml and its overlays, held to the catalog, the schema and the specification."""

import re
import shlex
import subprocess
from typing import Any

import pytest
import yaml

from hdms import workspace
from hdms.catalog import (
    COMPONENTS,
    FRONTEND,
    SERVICES,
    component_names,
    own_services_of,
    port_variables,
    process_names,
    replicas_variables,
    service_of,
)
from hdms.components.component import Component
from hdms.environment.environment import PRODUCTION_REPLICAS
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.validation import load
from hdms.service import DJANGO, Process
from hdms.stack import PROJECT, Stack

PROCESSES = [process for service in SERVICES for process in service.processes]
VOLUMES = {
    "postgres": "/var/lib/postgresql/data",
    "pgbouncer": "/etc/pgbouncer",
    "redis": "/data",
    "rabbitmq": "/var/lib/rabbitmq",
}


class Loader(yaml.SafeLoader):
    """Reads Compose's own tags as what they do: nothing is left, or this alone."""


Loader.add_constructor("!reset", lambda _loader, _node: None)
Loader.add_constructor("!override", lambda loader, node: loader.construct_mapping(node))


def read(name: str) -> dict[str, Any]:
    return dict(yaml.load((PROJECT / name).read_text(), Loader))  # noqa: S506 - a safe loader


BASE = read("docker-compose.yml")["services"]
PRODUCTION = read("docker-compose.prod.yml")["services"]
DEVELOPMENT = read("docker-compose.dev.yml")["services"]
MIGRATIONS = [f"{service.name}-migration" for service in SERVICES]


def test_it_runs_what_the_catalog_lists_and_nothing_else() -> None:
    assert list(BASE) == ["check-env", *component_names(), *process_names()]
    assert set(PRODUCTION) == {*BASE, *MIGRATIONS}
    assert set(DEVELOPMENT) == {*process_names()} - {FRONTEND.name}  # its files are built


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_process_runs_the_command_of_the_catalog(process: Process) -> None:
    assert BASE[process.name]["command"] == list(process.command)
    assert shlex.join(process.command) in DEVELOPMENT[process.name]["command"]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_production_migrates_before_a_process_starts(process: Process) -> None:
    service = service_of(process.name)
    migration = f"{service.name}-migration"

    assert PRODUCTION[process.name]["depends_on"] == {
        migration: {"condition": "service_completed_successfully"}
    }
    assert PRODUCTION[migration]["extends"]["service"] == service.name
    assert PRODUCTION[migration]["command"] == list(service.framework.migrate)
    assert PRODUCTION[migration]["restart"] == "no"
    assert PRODUCTION[migration]["read_only"] is True


@pytest.mark.parametrize("process", process_names())
def test_a_process_shares_a_network_with_what_it_needs_and_nothing_else(process: str) -> None:
    service = service_of(process)
    # Behind PgBouncer, never beside it.
    needed = {*(own.name for own in service.processes), *service.components} - {"postgres"}
    if service == FRONTEND:
        needed |= {own.name for own in SERVICES}
    elif process == service.name:
        needed.add(FRONTEND.name)

    networks = set(BASE[process]["networks"])

    units = [*component_names(), *process_names()]
    assert {name for name in units if networks & set(BASE[name]["networks"])} == needed
    assert "networks" not in PRODUCTION[process]
    assert "networks" not in DEVELOPMENT.get(process, {})


def test_only_pgbouncer_shares_a_network_with_postgresql() -> None:
    beside = [n for n in BASE if "database_network" in BASE[n].get("networks", ())]

    assert beside == ["postgres", "pgbouncer"]
    assert BASE["postgres"]["networks"] == ["database_network"]


@pytest.mark.parametrize("name", component_names() + process_names())
def test_a_container_comes_back_with_the_engine_and_its_log_is_bounded(name: str) -> None:
    assert BASE[name]["restart"] == "always"
    assert set(BASE[name]["logging"]["options"]) == {"max-size", "max-file"}


def test_a_change_in_common_makes_no_layer_of_packages_anew() -> None:
    packages, common, runtime, *_ = (
        (PROJECT / "services" / "Dockerfile").read_text().split("FROM ")[1:]
    )

    copied = re.findall(r"^COPY (\S+)", packages, re.MULTILINE)
    assert all(name.endswith(("/pyproject.toml", ".lock")) for name in copied), copied
    assert "pip" not in common
    assert runtime.index("--from=packages") < runtime.index("--from=common")


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_an_image_holds_what_its_framework_shares_but_nothing_for_tests(process: Process) -> None:
    dockerfile = (PROJECT / "services" / "Dockerfile").read_text()
    (default,) = re.findall(r'^ARG COMMON="(.*)"$', dockerfile, re.MULTILINE)
    service = service_of(process.name)
    build = BASE[service.name]["build"]

    shared = build["args"].get("COMMON", default).split()

    assert shared == [package.name for package in workspace.shared(service.name)]
    seen = (PROJECT / "services" / ".dockerignore").read_text().split()
    assert {line for line in seen if line.startswith("!common/")} >= {
        f"!common/{name}/src" for name in shared
    }
    assert f"!common/{workspace.TESTING}/src" not in seen


def test_images_have_the_registry_and_the_version_that_env_says() -> None:
    for name in ("pgbouncer", *process_names()):
        image = name if name == "pgbouncer" else service_of(name).name
        assert BASE[name]["image"] == (
            f"${{HDMS_REGISTRY:-${{COMPOSE_PROJECT_NAME}}}}/{image}:${{HDMS_VERSION:-latest}}"
        )


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_a_container_has_the_ports_that_its_component_names(component: Component) -> None:
    published = BASE[component.name].get("ports", [])

    assert [int(port.rsplit(":", 1)[1]) for port in published] == [
        port.inside for port in component.ports
    ]


@pytest.mark.parametrize("unit", [*COMPONENTS, *SERVICES], ids=lambda unit: unit.name)
def test_ports_are_published_on_loopback_only_and_under_their_variables(unit: Any) -> None:
    ports = BASE[unit.name].get("ports", [])

    if not port_variables(unit.name):
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
        environment, secrets = BASE[process.name]["environment"], BASE[process.name]["secrets"]
        assert environment["DB_USER"] == service.role
        assert {"source": service.password_variable, "target": "DB_PASSWORD"} in secrets
        if service.framework is DJANGO:
            assert {"source": service.secret_key_variable, "target": "SECRET_KEY"} in secrets
        assert environment["DB_HOST"] == "pgbouncer"


def test_every_secret_is_a_file_and_no_container_has_one_in_its_environment() -> None:
    secrets = [variable.name for variable in VARIABLES[ROOT] if variable.secret]

    assert {n: s["environment"] for n, s in read("docker-compose.yml")["secrets"].items()} == {
        name: name for name in secrets
    }
    assert {n: s["file"] for n, s in read("docker-compose.prod.yml")["secrets"].items()} == {
        name: f"${{HDMS_HOME:-.}}/.hdms/secrets/{name}" for name in secrets
    }
    text = "".join(path.read_text() for path in PROJECT.glob("docker-compose*.yml"))
    assert [name for name in secrets if f"${{{name}" in text] == []


@pytest.mark.parametrize("files", [[], ["docker-compose.prod.yml"]], ids=["base", "production"])
def test_compose_shows_no_secret(files: list[str], stack: Stack, docker: None) -> None:
    options = [f"--file={file}" for file in ["docker-compose.yml", *files]]
    command = ["docker", "compose", f"--env-file={stack.root_env}", *options, "config"]
    shown = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout

    environment = load(stack)
    secrets = [environment[v.name] for v in VARIABLES[ROOT] if v.secret and environment[v.name]]
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_gets_the_secrets_that_it_reads_and_no_others(service: Any) -> None:
    shared = {v.name: v.shared for v in VARIABLES[service.name] if v.secret}
    for process in service.processes:
        given = [_secret(entry) for entry in BASE[process.name]["secrets"]]
        assert dict(given) == shared
        files = {f"{name}_FILE": f"/run/secrets/{name}" for name in shared}
        assert files.items() <= BASE[process.name]["environment"].items()


def _secret(entry: Any) -> tuple[str, str]:
    """Return the file's name and the root variable."""
    return (entry["target"], entry["source"]) if isinstance(entry, dict) else (entry, entry)


def test_it_has_the_defaults_of_the_schema_and_names_no_other_variable() -> None:
    text = "".join(path.read_text() for path in PROJECT.glob("docker-compose*.yml"))
    named = dict(re.findall(r"\$\{([A-Z_]+)(?::-([^}]*))?", text))
    for variable in replicas_variables().values():
        assert named.pop(variable)
    known = {variable.name: variable.default or "" for variable in VARIABLES[ROOT]}

    # What a service's own `.env` says reaches Compose under the service's prefix.
    own = {
        f"{service.prefix}_{variable.name}": variable.default or ""
        for service in SERVICES
        for variable in VARIABLES[service.name]
        if not variable.shared
    }
    known = {**own, **known}
    assert set(named) - set(known) == {"HDMS_HOME", "HDMS_ENV_CHECKS"}
    written = {name: default for name, default in named.items() if default and name in known}
    assert written == {name: known[name] for name in written} | {
        "PGBOUNCER_IMAGE": "packaged",
        "HDMS_REGISTRY": "${COMPOSE_PROJECT_NAME",
    }


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
