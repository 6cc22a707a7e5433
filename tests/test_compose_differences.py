"""Everything that a container is made of is compared, and what differs is named."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Edit, skip_without_docker, turn_for_containers

from hdms import synchronise
from hdms.disposable import disposable_containers
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.validation import load

FRONT_DOOR = "frontend-service"  # needs nothing else, and starts in a second
KINDS = {
    "its command": "entrypoint: [sh, -c, exec /entrypoint.sh]",
    "EXTRA": "environment: {EXTRA: value}",
    "its mounts": "volumes: [./config:/extra:ro]",
    "its ports": "ports: ['127.0.0.1::9999']",
    "its limits": "cpus: 0.5",
    "its networks": "networks: [database_network]",
    "its restart policy": "restart: 'no'",
    "its rights": "cap_drop: [ALL]",
    "its log": "logging: {driver: json-file, options: {max-size: 1m}}",
    "its account": "user: '1234'",
    "its health check": "healthcheck: {test: [CMD, 'true']}",
    "how many there are": "deploy: {replicas: 2}",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[ComposeEngine]:
    """A stack of which only the front door runs."""
    skip_without_docker()
    with turn_for_containers(), disposable_containers() as (made, environment):
        made.up(environment, [FRONT_DOOR], print)
        yield made


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Let one more compose file say something of the front door."""
    overlay = tmp_path / "overlay.yml"
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{overlay}")

    def write(what: str) -> None:
        overlay.write_text(f"services: {{{FRONT_DOOR}: {{{what}}}}}\n")

    return write


def named(engine: ComposeEngine) -> dict[str, tuple[str, ...]]:
    return {change.name: change.variables for change in engine.pending(load(engine.stack))}


def docker(engine: ComposeEngine, *words: str) -> str:
    command = ["docker", *words, f"{Project(engine.stack).name}-{FRONT_DOOR}-1"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_nothing_differs_after_a_start(engine: ComposeEngine) -> None:
    assert named(engine) == {}


def test_a_difference_of_each_kind_is_named(
    engine: ComposeEngine, define: Callable[[str], None]
) -> None:
    define(", ".join(KINDS.values()))

    assert named(engine) == {FRONT_DOOR: tuple(sorted(KINDS))}


def test_what_has_no_name_of_its_own_is_seen_too(
    engine: ComposeEngine, define: Callable[[str], None]
) -> None:
    define("labels: {some: label}")

    assert named(engine) == {FRONT_DOOR: ("docker-compose.yml",)}


def test_what_somebody_changed_in_a_running_container_is_named_and_mended(
    engine: ComposeEngine,
) -> None:
    docker(engine, "update", "--memory=200m", "--memory-swap=200m", "--restart=no")
    assert named(engine) == {FRONT_DOOR: ("its limits", "its restart policy")}

    synchronise.carry_out(synchronise.make_plan(engine), engine, print)

    assert named(engine) == {}


@pytest.mark.nightly
def test_the_front_door_becomes_production_s(engine: ComposeEngine, edit: Edit) -> None:
    edit(engine.stack.root_env, "HDMS_ENVIRONMENT", "production")
    assert {"its limits", "its rights"} <= set(named(engine)[FRONT_DOOR])

    synchronise.carry_out(synchronise.make_plan(engine), engine, print)

    assert named(engine) == {}
    assert docker(engine, "inspect", "--format={{.HostConfig.ReadonlyRootfs}}") == "true\n"
    edit(engine.stack.root_env, "HDMS_ENVIRONMENT", "development")
    synchronise.carry_out(synchronise.make_plan(engine), engine, print)
    assert named(engine) == {}
