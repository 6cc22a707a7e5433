"""What the containers run with, compared with what the environment and the files say now."""

from collections.abc import Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hdms.catalog import (
    component_called,
    component_names,
    port_variables,
    process_names,
    replicas_variables,
)
from hdms.components.component import Component
from hdms.engines.base import SHOULD_RUN, START, Change
from hdms.engines.compose import definition, secrets
from hdms.engines.compose.project import Project
from hdms.engines.compose.state import current, is_healthy, started_at, status
from hdms.environment.environment import Environment
from hdms.ports import require_free
from hdms.stack import CONFIG

if TYPE_CHECKING:
    from docker.models.containers import Container

RECREATE = "is recreated, its data kept"
LEFT_OVER = "an interrupted change left a container"
RESIZE = "starts or stops some of its containers"
Existing = Mapping[str, list["Container"]]


def pending(
    project: Project, existing: Existing, wanted: Set[str], environment: Environment
) -> list[Change]:
    """Return what running containers have not been told yet, and what should run and does not.

    Raises:
        InvalidInput: a change that existing data cannot take over.
        HdmsError: a port that is wanted now is held by another process.
    """
    changes, run = [], []
    for name in [*component_names(), *process_names()]:
        state = status(name, existing.get(name, [])).state
        if state in ("starting", "running"):
            run.append(name)
        elif state == "failed" or name in wanted or _was_created(existing.get(name, [])):
            changes.append(Change(name, (SHOULD_RUN,), START))
    if run:
        changes += _differing(project, existing, run, environment)
    _refuse_impossible(environment, changes)
    return changes


def _differing(
    project: Project, existing: Existing, names: list[str], environment: Environment
) -> list[Change]:
    with ThreadPoolExecutor() as pool:
        asked, hashes = pool.submit(project.definition), pool.submit(project.hashes)
        whole = asked.result()

        def of_unit(name: str) -> set[str]:
            service, now = whole["services"][name], hashes.result()[name]
            found = {
                word
                for container in current(existing[name])
                for word in (
                    *definition.differing(container, service, whole, now),
                    *_variables(container, service),
                    *_templates(container, name),
                    *_image(container),
                    *_secrets(container, service, environment),
                )
            }
            found |= _ports(current(existing[name])[0], service, name)
            return found | _number(existing[name], service, name)

        found = dict(zip(names, pool.map(of_unit, names), strict=True))
    changes = []
    for name, differing in found.items():
        if differing - {definition.OTHERWISE}:  # it says more than that something differs
            differing.discard(definition.OTHERWISE)
        if differing:
            action = RESIZE if differing == {_number_word(name)} else RECREATE
            changes.append(Change(name, tuple(sorted(differing)), action))
        elif component := component_called(name):
            changes += _not_accepted(component, existing[name][0], environment)
    return changes


def _not_accepted(
    component: Component, container: "Container", environment: Environment
) -> list[Change]:
    """Return what a component does not accept, though its container is as it should be."""
    part = component.compose
    found = part.not_accepted(container, environment) if is_healthy(container) else ()
    return [Change(component.name, found, part.tells)] if found else []


def _number(containers: list["Container"], service: definition.Defined, name: str) -> set[str]:
    """Return what tells that there are other containers than a unit's own, and as many."""
    if len(current(containers)) != len(containers):
        return {LEFT_OVER}
    right = len(containers) == int(service.get("deploy", {}).get("replicas", 1))
    return set() if right else {_number_word(name)}


def _number_word(name: str) -> str:
    return replicas_variables().get(name, "how many there are")


def _was_created(containers: list["Container"]) -> bool:
    # Not started since: left of a change that was interrupted, or by `docker compose create`.
    return any(container.status == "created" for container in containers)


def _image(container: "Container") -> set[str]:
    """Return "its image" if there is another one of its name since the container was made."""
    from docker.errors import ImageNotFound

    if container.client is None:  # never, of one that Docker listed
        return set()
    try:
        newest = container.client.images.get(container.attrs["Config"]["Image"])
    except ImageNotFound:
        return set()
    return set() if newest.id == container.attrs["Image"] else {"its image"}


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


def _ports(container: "Container", service: definition.Defined, name: str) -> set[str]:
    """Return the variables of the ports of this machine that are published otherwise."""
    bindings = container.attrs["HostConfig"]["PortBindings"] or {}
    has = {port.split("/")[0]: b[0]["HostPort"] for port, b in bindings.items() if b}
    ports = {
        str(port["target"]): str(port.get("published", "")) for port in service.get("ports", ())
    }
    differing = set() if has.keys() == ports.keys() else {"its ports"}
    for variable, (inside, port) in zip(port_variables(name), ports.items(), strict=False):
        if has.get(inside) != port:
            require_free(int(port), name, variable)
            differing.add(variable)
    return differing


def _secrets(
    container: "Container", service: definition.Defined, environment: Environment
) -> set[str]:
    if container.status != "running":
        return set()
    return secrets.differing(container, service, environment)


def _refuse_impossible(environment: Environment, changes: list[Change]) -> None:
    for change in changes:
        component = component_called(change.name)
        if component:
            component.refuse_change(environment, set(change.variables))
