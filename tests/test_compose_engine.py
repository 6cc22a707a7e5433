"""The Compose engine on a real Docker engine: passwords, kills, taken ports, wrong Dockers."""

import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Edit, InContainers
from keepsake import remember, require_remembered

from hdms import synchronise
from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.disposable import disposable_containers
from hdms.engines import choose, forget, require_sole
from hdms.engines import remember as remember_engine
from hdms.engines.base import Engine
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput, StartFailed
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def container(engine: ComposeEngine, name: str) -> str:
    return f"{Project(engine.stack).name}-{name}-1"


def require_proven(engine: Engine, names: Sequence[str] = LIGHT) -> None:
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment, names) if not r.passed] == []


def plain_compose(engine: ComposeEngine, *arguments: str) -> None:
    options = ["--project-name", Project(engine.stack).name, "--env-file", engine.stack.root_env]
    home = {**os.environ, "HDMS_HOME": str(engine.stack.home)}
    subprocess.run(
        ["docker", "compose", *options, *arguments],
        cwd=PROJECT,
        env=home,
        check=True,
        capture_output=True,
    )


def test_every_component_passes_its_own_probe(whole_containers: InContainers) -> None:
    require_proven(whole_containers[0], component_names())


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


def test_plain_compose_takes_nothing_for_changed_after_inv(whole_containers: InContainers) -> None:
    engine, _ = whole_containers
    engine.restart(load(engine.stack), "pgbouncer", print)
    identities = [docker("inspect", "--format={{.Id}}", container(engine, n)) for n in VOLUMED]

    plain_compose(engine, "up", "--detach", "--wait", *component_names())

    after = [docker("inspect", "--format={{.Id}}", container(engine, n)) for n in VOLUMED]
    assert after == identities


VOLUMED = ("postgres", "pgbouncer", "redis", "rabbitmq")


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
    plain_compose(engine, "up", "--detach", "--wait", *LIGHT)

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


@pytest.mark.parametrize("name", component_names())
def test_a_component_that_dies_comes_back_by_itself_with_its_data(
    request: pytest.FixtureRequest, name: str
) -> None:
    names = LIGHT if name in LIGHT else component_names()
    engine, environment = request.getfixturevalue(
        "containers" if name in LIGHT else "whole_containers"
    )
    remember(engine, environment)
    # From outside Docker: `docker kill` counts as a person's wish that it stay down.
    os.kill(int(docker("inspect", "--format={{.State.Pid}}", container(engine, name))), 9)

    wait_until(lambda: restarts(engine, name) == 1, f"{name} to be restarted", 60)
    wait_until(lambda: engine.running() == set(names), "all to run", 60)

    wait_until(
        lambda: all(result.passed for result in prove_components(engine, environment, names)),
        "every component to be proven again",
        60,
    )
    require_remembered(engine, environment)


def restarts(engine: ComposeEngine, name: str) -> int:
    return int(docker("inspect", "--format={{.RestartCount}}", container(engine, name)))


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


def test_no_process_is_root_and_no_password_is_an_argument(whole_containers: InContainers) -> None:
    engine, environment = whole_containers
    secrets = [environment[f"{name}_PASSWORD"] for name in ("POSTGRES", "REDIS", "RABBITMQ")]

    for name in component_names():
        users_and_commands = docker("top", container(engine, name), "-eo", "pid,uid,args")
        commands = docker(
            "inspect",
            "--format={{.Path}} {{.Args}} {{.Config.Cmd}} {{.Config.Entrypoint}}",
            container(engine, name),
        )
        assert not any(secret in users_and_commands + commands for secret in secrets)
        assert "0" not in [line.split()[1] for line in users_and_commands.splitlines()]


def test_postgresql_has_no_port_and_this_machine_no_way_to_it(containers: InContainers) -> None:
    engine, _ = containers
    network = f"{Project(engine.stack).name}_database_network"

    assert docker("port", container(engine, "postgres")) == ""
    bridge = f"br-{docker('network', 'inspect', '--format={{.Id}}', network)[:12]}"
    families = {address.family for address in psutil.net_if_addrs()[bridge]}
    assert socket.AF_INET not in families


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


def test_a_port_that_another_container_has_is_named_with_that_container(
    containers: InContainers, edit: Edit
) -> None:
    first, environment = containers
    with disposable_containers() as (second, _):
        edit(second.stack.root_env, "REDIS_HOST_PORT", environment["REDIS_HOST_PORT"])

        with pytest.raises(HdmsError) as taken:
            second.up(load(second.stack), ["redis"], print)

    assert f"held by the container {container(first, 'redis')}" in taken.value.message
    assert "REDIS_HOST_PORT" in taken.value.hint


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


def test_a_project_of_another_checkout_is_not_touched(
    stack: Stack, docker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"hdms-test-{os.getpid()}"
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", name)
    labels = {
        "com.docker.compose.project": name,
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.service": "redis",
        "com.docker.compose.project.working_dir": "/elsewhere",
    }
    options = [f"--label={key}={value}" for key, value in labels.items()]
    subprocess.run(["docker", "create", "--name", name, *options, "redis:7"], check=True)
    try:
        with pytest.raises(HdmsError, match="belongs to another checkout: /elsewhere"):
            ComposeEngine(stack).down([], print)
    finally:
        subprocess.run(["docker", "rm", name], check=True)


@pytest.mark.parametrize(
    ("script", "message", "remedy"),
    [
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "no Docker engine", "systemctl"),
        ("echo 'permission denied while trying to connect' >&2; exit 1", "may not use", "usermod"),
        ("echo 1.41", "expected Docker Engine 25", "update"),
        ("[ $1 = compose ] && exit 1; echo 1.45", "found none or Compose v1", "docker-compose-pl"),
        ("[ $1 = compose ] && echo 2.19.1 || echo 1.45", "found 2.19.1", "docker-compose-plugin"),
    ],
)
def test_a_docker_that_cannot_run_the_stack_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str, remedy: str
) -> None:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(HdmsError, match=message) as refused:
        require_docker()

    assert remedy in refused.value.hint
    assert "--engine embedded" in refused.value.hint


def test_without_docker_the_embedded_engine_is_chosen(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HDMS_ENGINE")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert isinstance(choose(stack), EmbeddedEngine)


def test_later_commands_take_the_engine_that_started_the_stack(
    stack: Stack, docker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HDMS_ENGINE")
    assert isinstance(choose(stack), ComposeEngine)

    stack.state.mkdir()
    remember_engine(EmbeddedEngine(stack))
    assert isinstance(choose(stack), EmbeddedEngine)
    assert isinstance(choose(stack, "compose"), ComposeEngine)

    forget(ComposeEngine(stack))
    assert isinstance(choose(stack), EmbeddedEngine)
    forget(EmbeddedEngine(stack))
    assert isinstance(choose(stack), ComposeEngine)


def test_a_stack_does_not_start_on_a_second_engine(containers: InContainers) -> None:
    engine, _ = containers
    remember_engine(engine)

    with pytest.raises(HdmsError, match="runs on the compose engine") as refused:
        require_sole(EmbeddedEngine(engine.stack))

    assert "inv infra.down --engine compose" in refused.value.hint
