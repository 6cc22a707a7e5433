"""What the containers run with, compared with what the environment and the files say now."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hdms.catalog import component_names, port_variables, process_names, replicas_variables
from hdms.engines.base import Change
from hdms.engines.compose import postgres
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import is_healthy, started_at, status
from hdms.environment.environment import Environment
from hdms.errors import InvalidInput
from hdms.ports import require_free
from hdms.render import CONFIG

if TYPE_CHECKING:
    from docker.models.containers import Container

RECREATE = "is recreated, its data kept"
RESIZE = "starts or stops some of its containers"
PROVISION = "changes roles and passwords in the database that exists"
_HASH = "com.docker.compose.config-hash"
Existing = Mapping[str, list["Container"]]


def pending(project: Project, existing: Existing, environment: Environment) -> list[Change]:
    """Return what running containers have not been told yet, components first.

    Raises:
        InvalidInput: a change that existing data cannot take over.
        HdmsError: a port that is wanted now is held by another process.
    """
    names = [
        name
        for name in [*component_names(), *process_names()]
        if name in existing and _concerned(name, existing[name])
    ]
    if not names:
        return []
    with ThreadPoolExecutor() as pool:
        services, hashes = pool.submit(project.services), pool.submit(project.hashes)
    changes = []
    for name in names:
        container = existing[name][0]
        wanted = services.result()[name]
        differing = {*_variables(container, wanted), *_templates(container, name)}
        has = _ports(container)
        ports = {str(port["target"]): str(port["published"]) for port in wanted.get("ports", ())}
        for variable, (inside, port) in zip(port_variables(name), ports.items(), strict=False):
            if has.get(inside) != port:
                require_free(int(port), name, variable)
                differing.add(variable)
        if has.keys() != ports.keys():
            differing.add("docker-compose.yml")
        if name in replicas_variables() and len(existing[name]) != environment.replicas(name):
            differing.add(replicas_variables()[name])
        # Compose 2.26 prints another hash than its own label where there is an env_file.
        if (
            not differing
            and name in component_names()
            and _hash(container) != hashes.result()[name]
        ):
            differing.add("docker-compose.yml")
        runs = status(name, existing[name]).state in ("starting", "running")
        if differing or not runs:
            variables = tuple(sorted(differing)) or ("it does not run",)
            resized = runs and differing == {replicas_variables().get(name)}
            changes.append(Change(name, variables, RESIZE if resized else RECREATE))
        elif name == "postgres" and is_healthy(container):
            refused = postgres.refused_passwords(str(container.id), environment)
            if refused:
                changes.append(Change(name, refused, PROVISION))
    _refuse_impossible(environment, changes)
    return changes


def _concerned(name: str, containers: list["Container"]) -> bool:
    # One that was created and not started is left of an `apply` that was interrupted.
    created = any(container.status == "created" for container in containers)
    return created or status(name, containers).state != "stopped"


def _variables(container: "Container", wanted: Mapping[str, Any]) -> set[str]:
    has = _pairs(container.attrs["Config"]["Env"])
    image = container.image
    given_by_image = _pairs(image.attrs["Config"].get("Env") or []) if image else {}
    want = {**given_by_image, **{n: v or "" for n, v in (wanted.get("environment") or {}).items()}}
    return {name for name in has.keys() | want.keys() if has.get(name) != want.get(name)}


def _pairs(lines: list[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _templates(container: "Container", name: str) -> set[str]:
    """Return the component's configuration files that are newer than the container's start."""
    start = started_at(container)
    files = (CONFIG / name).glob("*") if name in component_names() else ()
    return {f"config/{name}/{file.name}" for file in files if file.stat().st_mtime > start + 1}


def _ports(container: "Container") -> dict[str, str]:
    """Return port in the container -> port of this machine."""
    bindings = container.attrs["HostConfig"]["PortBindings"] or {}
    return {port.split("/")[0]: b[0]["HostPort"] for port, b in bindings.items() if b}


def _hash(container: "Container") -> str:
    return container.labels.get(_HASH, "")


def _refuse_impossible(environment: Environment, changes: list[Change]) -> None:
    for change in changes:
        if change.name == "postgres" and "POSTGRES_USER" in change.variables:
            raise InvalidInput(
                f"POSTGRES_USER={environment['POSTGRES_USER']}: the superuser of a database "
                "that exists cannot change its name; nothing was changed",
                "put the former name back, or delete the data: inv infra.down --volumes",
            )
