"""Production in containers: every service is rebuilt and replaced, and no request fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Edit, InContainers

from hdms import synchronise
from hdms.catalog import SERVICES, component_names, process_names
from hdms.engines.compose.engine import ComposeEngine
from hdms.environment.validation import load
from hdms.load.steady import steady_load
from hdms.migrate import migrate

FRONT_DOOR = "frontend-service"
BEHIND_IT = [name for name in process_names() if name != FRONT_DOOR]
BUILT = [name for name in BEHIND_IT if not name.endswith("-worker")]
CLOSED_TO_COME_BACK = "1012"


def build_otherwise(overlay: Path, mark: str) -> None:
    """Let the next build of every service's image make another one."""
    builds = ", ".join(f"{name}: {{build: {{labels: {{mark: {mark}}}}}}}" for name in BUILT)
    overlay.write_text(f"services: {{{builds}}}\n")


@pytest.fixture
def production(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, edit: Edit
) -> Iterator[tuple[ComposeEngine, Path]]:
    """A stack in production, and the compose file that says how its images are built."""
    engine, _ = fresh_containers
    overlay = tmp_path / "builds.yml"
    build_otherwise(overlay, "first")
    files = ("docker-compose.yml", "docker-compose.prod.yml", str(overlay))
    monkeypatch.setenv("COMPOSE_FILE", ":".join(files))
    edit(engine.stack.root_env, "HDMS_ENVIRONMENT", "production")
    edit(engine.stack.root_env, "HDMS_WAIT_SECONDS", "300")  # others may use this machine
    environment = load(engine.stack)
    engine.up(environment, component_names(), print)
    assert [m.error for m in migrate(engine, environment, SERVICES, print) if m.error] == []
    for name in process_names():  # sixteen at once would keep each other from being healthy
        engine.up(environment, [name], print)
    yield engine, overlay


def test_every_service_is_rebuilt_and_replaced_without_a_failed_request(
    production: tuple[ComposeEngine, Path],
) -> None:
    engine, overlay = production
    environment = load(engine.stack)
    build_otherwise(overlay, "second")

    with steady_load(engine, environment, through=FRONT_DOOR) as clients:
        replaced = engine.update(environment, BEHIND_IT, print)

    assert sorted(unit.name for unit in replaced) == sorted(BEHIND_IT)
    errors = {stream.name: [s.error for s in stream.seen if s.error] for stream in clients.streams}
    sockets = errors.pop("chat")
    assert {name: found for name, found in errors.items() if found} == {}
    assert [error for error in sockets if CLOSED_TO_COME_BACK not in error] == []
    assert not any(clients.lost(engine, environment).values())
    assert synchronise.make_plan(engine).lines() == []
