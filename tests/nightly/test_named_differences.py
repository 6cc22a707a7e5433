"""What differs between the engines is named: `nox -s parity` shows that nothing does."""

from pathlib import Path

import pytest
from conftest import LIGHT, turn_for_containers

from hdms.catalog import find_service
from hdms.checks.result import CheckResult
from hdms.checks.services import proven_inside
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.parity import differences
from hdms.stack import PROJECT

SETTINGS = "hdms_django/redis_settings.py"
SOURCE = PROJECT / "services" / "common" / "hdms-django" / "src" / SETTINGS
IN_CONTAINER = f"/venv/lib/python3.13/site-packages/{SETTINGS}"
USER = find_service("user")


def proven(engine: Engine, environment: Environment) -> list[CheckResult]:
    engine.up(environment, LIGHT, print)
    engine.up(environment, [USER.name], print)
    engine.prepare([USER.name], print)
    return proven_inside(engine, environment, USER, ["cache"])


def test_a_container_with_another_setting_is_named_with_both_values(
    docker: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, database = SOURCE.read_text(), "CACHE_DATABASE = 0"
    assert database in right
    wrong = tmp_path / "redis_settings.py"
    wrong.write_text(right.replace(database, "CACHE_DATABASE = 3"))
    overlay = tmp_path / "difference.yml"
    mount = f"{wrong}:{IN_CONTAINER}:ro"
    overlay.write_text(f"services: {{{USER.name}: {{volumes: ['{mount}']}}}}\n")
    tmp_path.chmod(0o755)
    wrong.chmod(0o644)

    with disposable_stack() as embedded:
        without_docker = proven(*embedded)
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{overlay}")
    with turn_for_containers(), disposable_containers() as compose:
        in_container = proven(*compose)

    found = differences(without_docker, in_container)
    assert "user-service/cache database: 0 and 3" in found
