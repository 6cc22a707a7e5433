"""The Compose engine on a real Docker engine: passwords, volumes, images, networks, taken ports."""

import os
import socket
from pathlib import Path

import pytest
from conftest import LIGHT, Edit, InContainers
from containers import container, docker, plain_compose, require_proven
from keepsake import remember, require_remembered

from hdms import synchronise
from hdms.catalog import FRONTEND, component_names
from hdms.doctor import examine
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput, StartFailed


def test_new_passwords_reach_the_data_that_exist(
    whole_containers: InContainers, edit: Edit
) -> None:
    engine, environment = whole_containers
    remember(engine, environment)
    for name in (
        "POSTGRES_PASSWORD",
        "USER_SERVICE_DB_PASSWORD",
        "REDIS_PASSWORD",
        "RABBITMQ_PASSWORD",
    ):
        edit(engine.stack.root_env, name, "another-password")

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert [change.name for change in plan.changes] == component_names()
    assert synchronise.make_plan(engine).empty
    require_proven(engine, component_names())
    require_remembered(engine, load(engine.stack))


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


def test_down_works_when_a_container_was_removed_behind_its_back(
    containers: InContainers,
) -> None:
    engine, _ = containers
    docker("rm", "--force", container(engine, "postgres"))

    assert engine.down(["redis"], print) == ["redis"]
    assert engine.down([], print) == ["pgbouncer"]
    assert engine.running() == set()


def test_another_image_may_have_made_pgbouncers_volume(
    fresh_containers: InContainers, edit: Edit
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "redis:7")  # has no PgBouncer
    with pytest.raises(StartFailed, match="pgbouncer"):
        engine.up(load(engine.stack), LIGHT, print)

    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "")
    engine.up(load(engine.stack), LIGHT, print)

    require_proven(engine)


def test_a_missing_compose_file_is_named_and_nothing_is_removed(
    containers: InContainers, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, environment = containers
    engine.down(["redis"], print)
    monkeypatch.setenv("COMPOSE_FILE", "nosuch.yml")

    with pytest.raises(HdmsError, match="a compose file is missing"):
        engine.up(environment, LIGHT, print)

    assert docker("inspect", "--format={{.State.Status}}", container(engine, "redis")) == "exited\n"


def test_a_volume_with_another_password_is_seen_and_mended(
    containers: InContainers, edit: Edit
) -> None:
    engine, _ = containers
    edit(engine.stack.root_env, "TICKET_SERVICE_DB_PASSWORD", "another-password")
    # Compose alone: the containers know the new password, the volume does not.
    plain_compose(engine, "up", "--detach", "--wait", "--force-recreate", *LIGHT)

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert [(c.name, c.variables) for c in plan.changes] == [
        ("postgres", ("TICKET_SERVICE_DB_PASSWORD",))
    ]
    assert synchronise.make_plan(engine).empty


def test_another_superuser_than_the_volumes_is_refused(
    containers: InContainers, edit: Edit
) -> None:
    engine, _ = containers
    edit(engine.stack.root_env, "POSTGRES_USER", "somebody")
    with pytest.raises(InvalidInput, match="cannot change its name; nothing was changed"):
        synchronise.make_plan(engine)

    engine.down([], print)
    with pytest.raises(HdmsError, match="another POSTGRES_USER than 'somebody'"):
        engine.up(load(engine.stack), LIGHT, print)

    assert engine.running() == set()


def test_data_survive_down_and_are_gone_after_volumes(whole_containers: InContainers) -> None:
    engine, environment = whole_containers
    remember(engine, environment)
    engine.down([], print)
    engine.up(environment, component_names(), print)
    require_remembered(engine, environment)

    engine.down([], print)
    engine.delete_data()

    label = f"label=com.docker.compose.project={Project(engine.stack).name}"
    assert docker("volume", "ls", "--quiet", "--filter", label) == ""
    assert docker("network", "ls", "--quiet", "--filter", label) == ""


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


def test_a_container_that_ends_at_its_start_shows_the_end_of_its_log(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, environment = fresh_containers
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "services: {redis: {entrypoint: [sh, -c, 'echo no configuration today; exit 3']}}\n"
    )
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{broken}")

    with pytest.raises(StartFailed) as failed:
        engine.up(environment, LIGHT, print)

    assert "redis ended with exit code 3:\n  no configuration today" in failed.value.message
    assert engine.running() == set()


def test_an_image_that_cannot_be_built_is_explained(
    fresh_containers: InContainers, edit: Edit
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "hdms-has-no-such-image:none")

    with pytest.raises(HdmsError, match="an image could not be"):
        engine.up(load(engine.stack), LIGHT, print)


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


def test_a_volume_of_another_postgresql_is_refused_with_the_way_out(
    fresh_containers: InContainers,
) -> None:
    engine, environment = fresh_containers
    engine.up(environment, ["postgres"], print)
    (container,) = engine._units.existing()["postgres"]
    container.exec_run(["sh", "-c", "echo 15 >$PGDATA/PG_VERSION"])
    container.stop()

    with pytest.raises(HdmsError, match="was made by PostgreSQL 15") as refused:
        engine.up(environment, ["postgres"], print)
    (finding,) = [f for f in examine(engine) if f.subject == "data"]
    engine.down([], print)  # now there is no container, only the volume
    (later,) = [f for f in examine(engine) if f.subject == "data"]
    with pytest.raises(HdmsError, match="was made by PostgreSQL 15"):
        engine.up(environment, ["postgres"], print)

    assert "pg_dumpall" in refused.value.hint
    assert finding.state == later.state == "fail"
    assert engine._units.existing() == {}  # refused before anything was made
    volume = f"volume={Project(engine.stack).name}_postgres_data"
    assert docker("ps", "--all", "--quiet", "--filter", volume) == ""


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
