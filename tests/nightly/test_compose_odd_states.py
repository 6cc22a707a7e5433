"""The Compose engine where something is missing, moved, or another than usual."""

from pathlib import Path

import pytest
from conftest import LIGHT, Edit, InContainers
from containers import container, docker, require_proven

from hdms import synchronise
from hdms.catalog import FRONTEND
from hdms.engines.compose.engine import ComposeEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError


def test_down_works_when_a_container_was_removed_behind_its_back(
    containers: InContainers,
) -> None:
    engine, _ = containers
    docker("rm", "--force", container(engine, "postgres"))

    assert engine.down(["redis"], print) == ["redis"]
    assert engine.down([], print) == ["pgbouncer"]
    assert engine.running() == set()


def test_a_missing_compose_file_is_named_and_nothing_is_removed(
    containers: InContainers, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, environment = containers
    engine.down(["redis"], print)
    monkeypatch.setenv("COMPOSE_FILE", "nosuch.yml")

    with pytest.raises(HdmsError, match="a compose file is missing"):
        engine.up(environment, LIGHT, print)

    assert docker("inspect", "--format={{.State.Status}}", container(engine, "redis")) == "exited\n"


def test_the_image_that_the_specification_names_works_too(
    fresh_containers: InContainers, edit: Edit
) -> None:
    image = "pgbouncer/pgbouncer:latest"
    if not docker("images", "--quiet", image):
        pytest.skip(f"the image {image} is not on this machine")
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", image)

    engine.up(load(engine.stack), LIGHT, print)

    require_proven(engine)


def test_what_a_start_prints_is_what_this_machine_can_open(
    fresh_containers: InContainers, edit: Edit
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "HDMS_ENVIRONMENT", "production")
    environment = load(engine.stack)
    with pytest.raises(HdmsError, match="redis does not run") as refused:
        engine.address(environment, "redis")
    assert refused.value.hint == "inv infra.up"

    (redis,) = engine.up(environment, ["redis"], print)

    assert environment["REDIS_HOST_PORT"] not in redis.note
    require_proven(engine, ["redis"])


def test_what_moves_to_other_networks_is_reached_meanwhile_and_the_former_ones_are_removed(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, environment = fresh_containers
    units, overlay = ["redis", FRONTEND.name], tmp_path / "former.yml"
    services = ", ".join(f"{name}: {{networks: !override [former]}}" for name in units)
    overlay.write_text(f"networks: {{former: }}\nservices: {{{services}}}\n")
    with monkeypatch.context() as former:
        former.setenv("COMPOSE_FILE", f"docker-compose.yml:{overlay}")
        engine.up(environment, units, print)
    meanwhile: list[str] = []

    def announce(line: str) -> None:
        if line.startswith("redis is healthy"):
            meanwhile.extend(networks(engine, FRONTEND.name))

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, announce)

    assert [(c.name, c.variables) for c in plan.changes] == [(n, ("its networks",)) for n in units]
    assert set(networks(engine, FRONTEND.name)) < set(meanwhile)
    assert synchronise.make_plan(engine).empty
    assert "former" not in docker("network", "ls")
    require_proven(engine, ["redis"])


def networks(engine: ComposeEngine, name: str) -> list[str]:
    form = "--format={{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"
    return docker("inspect", form, container(engine, name)).split()
