"""The Compose engine on a real Docker engine: a change, a taken port, what does not start."""

import os
import socket
from pathlib import Path

import pytest
from conftest import LIGHT, Edit, InContainers
from containers import container, docker, require_proven

from hdms import synchronise
from hdms.environment.validation import load
from hdms.errors import HdmsError, StartFailed


@pytest.mark.nightly
def test_only_what_a_change_concerns_is_recreated(containers: InContainers, edit: Edit) -> None:
    engine, _ = containers
    before = docker("inspect", "--format={{.Id}}", container(engine, "postgres"))
    edit(engine.stack.root_env, "PGBOUNCER_POOL_SIZE", "30")

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert [(c.name, c.variables) for c in plan.changes] == [
        ("pgbouncer", ("PGBOUNCER_POOL_SIZE",))
    ]
    assert docker("inspect", "--format={{.Id}}", container(engine, "postgres")) == before
    require_proven(engine)


def test_a_taken_port_is_named_with_its_holder_and_nothing_is_left_running(
    fresh_containers: InContainers,
) -> None:
    engine, environment = fresh_containers
    port = int(environment["REDIS_HOST_PORT"])

    with socket.create_server(("127.0.0.1", port)), pytest.raises(HdmsError) as taken:
        engine.up(environment, LIGHT, print)

    assert f"redis needs port {environment['REDIS_HOST_PORT']}" in taken.value.message
    assert f"pid {os.getpid()} " in taken.value.message
    assert "REDIS_HOST_PORT" in taken.value.hint
    assert engine.running() == set()


ENDS = "echo no configuration today; exit 3"


@pytest.mark.parametrize(
    ("script", "restart", "told"),
    [
        (ENDS, "no", "redis ended with exit code 3:"),
        # Docker has mostly started it again before somebody looks, and forgotten its exit code.
        (
            f"[ -e /tmp/again ] && sleep 600; touch /tmp/again; sleep 1; {ENDS}",
            "always",
            "redis ended ",
        ),
    ],
    ids=["stays down", "is started again"],
)
def test_a_container_that_ends_at_its_start_shows_the_end_of_its_log(
    fresh_containers: InContainers,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    script: str,
    restart: str,
    told: str,
) -> None:
    engine, environment = fresh_containers
    broken = tmp_path / "broken.yml"
    redis = f"{{restart: '{restart}', entrypoint: [sh, -c, '{script}']}}"
    broken.write_text(f"services: {{redis: {redis}}}\n")
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{broken}")
    monkeypatch.setattr("hdms.engines.compose.container.LOOK_SECONDS", 3)

    with pytest.raises(StartFailed, match=told) as failed:
        engine.up(environment, ["redis"], print)

    assert "no configuration today" in failed.value.message
    assert engine.running() == set()


def test_an_image_that_cannot_be_built_is_explained(
    fresh_containers: InContainers, edit: Edit
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "hdms-has-no-such-image:none")

    with pytest.raises(HdmsError, match="an image could not be"):
        engine.up(load(engine.stack), LIGHT, print)
