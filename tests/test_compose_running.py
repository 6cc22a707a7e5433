"""The Compose engine with everything running: one stack, which each test leaves as it found it."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import Edit, InContainers, skip_without_docker, turn_for_containers
from containers import container, docker, plain_compose, require_proven
from docker import DockerClient
from docker.models.containers import Container
from keepsake import forget, remember, require_remembered

from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.disposable import disposable_containers
from hdms.engines.choice import remember as remember_engine
from hdms.engines.choice import require_sole
from hdms.engines.compose import secrets
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.wait import wait_until


@pytest.fixture(scope="module")
def running() -> Iterator[InContainers]:
    """A stack with all of its components running."""
    skip_without_docker()
    with turn_for_containers(), disposable_containers() as (engine, environment):
        engine.up(environment, component_names(), print)
        yield engine, environment


def test_every_component_passes_its_own_probe(running: InContainers) -> None:
    require_proven(running[0], component_names())


def test_plain_compose_takes_nothing_for_changed_after_inv(running: InContainers) -> None:
    engine, _ = running
    engine.restart(load(engine.stack), "pgbouncer", print)
    before = identities(engine)

    plain_compose(engine, "up", "--detach", "--wait", *component_names())

    assert identities(engine) == before


def identities(engine: ComposeEngine) -> list[str]:
    names = [container(engine, name) for name in component_names()]
    return [docker("inspect", "--format={{.Id}}", name) for name in names]


@pytest.mark.nightly  # in the gate, all at once: .ci/containers
@pytest.mark.parametrize("name", component_names())
def test_a_component_that_dies_comes_back_by_itself_with_its_data(
    running: InContainers, name: str
) -> None:
    engine, environment = running
    remember(engine, environment)
    before = restarts(engine, name)
    # From outside Docker: `docker kill` counts as a person's wish that it stay down.
    os.kill(int(docker("inspect", "--format={{.State.Pid}}", container(engine, name))), 9)

    wait_until(lambda: restarts(engine, name) > before, f"{name} to be restarted", 60)
    wait_until(lambda: engine.running() == set(component_names()), "all to run", 60)

    wait_until(
        lambda: all(result.passed for result in prove_components(engine, environment)),
        "every component to be proven again",
        60,
    )
    require_remembered(engine, environment)
    forget(engine, environment)


def restarts(engine: ComposeEngine, name: str) -> int:
    return int(docker("inspect", "--format={{.RestartCount}}", container(engine, name)))


def test_no_process_is_root_and_no_secret_is_seen_from_outside(
    running: InContainers,
) -> None:
    engine, environment = running
    secrets = [environment[v.name] for v in VARIABLES[ROOT] if v.secret and environment[v.name]]
    docker("exec", container(engine, "redis"), "sh", "/config/health.sh")

    for name in component_names():
        users = [line.split()[1:2] for line in docker_top(engine, name)]
        shown = [
            docker("inspect", container(engine, name)),
            docker("logs", container(engine, name)),
        ]
        shown += [
            process_file(pid, file)
            for pid in (line.split()[0] for line in docker_top(engine, name))
            for file in ("environ", "cmdline")
        ]
        assert [secret for secret in secrets if secret in "\n".join(shown)] == []
        assert ["0"] not in users


def docker_top(engine: ComposeEngine, name: str) -> list[str]:
    """A container's processes, without what is about to become a health probe: root until then."""
    lines = docker("top", container(engine, name), "-eo", "pid,uid,args").splitlines()[1:]
    return [line for line in lines if "runc init" not in line]


def process_file(pid: str, name: str) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):  # a health probe that has ended
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    return ""


def test_postgresql_has_no_port_and_this_machine_no_way_to_it(running: InContainers) -> None:
    engine, _ = running
    network = f"{Project(engine.stack).name}_database_network"

    assert docker("port", container(engine, "postgres")) == ""
    bridge = f"br-{docker('network', 'inspect', '--format={{.Id}}', network)[:12]}"
    families = {address.family for address in psutil.net_if_addrs()[bridge]}
    assert socket.AF_INET not in families


def test_a_port_that_another_container_has_is_named_with_that_container(
    running: InContainers, edit: Edit
) -> None:
    first, environment = running
    with turn_for_containers(), disposable_containers() as (second, _):
        edit(second.stack.root_env, "REDIS_HOST_PORT", environment["REDIS_HOST_PORT"])

        with pytest.raises(HdmsError) as taken:
            second.up(load(second.stack), ["redis"], print)

    assert f"held by the container {container(first, 'redis')}" in taken.value.message
    assert "REDIS_HOST_PORT" in taken.value.hint


def test_a_stack_does_not_start_on_a_second_engine(running: InContainers) -> None:
    engine, _ = running
    remember_engine(engine)

    with pytest.raises(HdmsError, match="runs on the compose engine") as refused:
        require_sole(EmbeddedEngine(engine.stack))

    assert "inv infra.down --engine compose" in refused.value.hint


def test_a_component_does_not_reach_one_that_no_service_needs_with_it(
    running: InContainers,
) -> None:
    engine, _ = running

    assert _reached(engine, "pgbouncer", "postgres", 5432)
    assert not _reached(engine, "redis", "postgres", 5432)
    assert not _reached(engine, "rabbitmq", "postgres", 5432)


def _reached(engine: ComposeEngine, name: str, host: str, port: int) -> bool:
    connect = f"exec 3<>/dev/tcp/{host}/{port}"
    command = ["docker", "exec", container(engine, name), "timeout", "5", "bash", "-c", connect]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


class LosingTheBeginning:
    """A container of a busy Docker engine, which lost output of programs that ended at once."""

    def __init__(self, container: Container, times: int) -> None:
        self._container, self._times = container, times

    def exec_run(self, command: list[str]) -> tuple[int, bytes]:
        code, printed = self._container.exec_run(command)
        self._times -= 1
        return code, printed[len(printed) // 3 :] if self._times >= 0 else printed

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)


def test_secrets_are_read_again_where_the_beginning_of_the_output_is_lost(
    running: InContainers,
) -> None:
    engine, environment = running
    redis = DockerClient.from_env().containers.get(container(engine, "redis"))
    defined = Project(engine.stack).services()["redis"]

    assert secrets.differing(LosingTheBeginning(redis, times=2), defined, environment) == set()


def test_a_container_that_ends_while_it_is_looked_at_gets_its_secrets_anew(
    running: InContainers,
) -> None:
    engine, environment = running
    redis = DockerClient.from_env().containers.get(container(engine, "redis"))
    defined = Project(engine.stack).services()["redis"]
    redis.stop()
    try:
        assert secrets.differing(redis, defined, environment) == {"REDIS_PASSWORD"}
    finally:
        redis.start()
        engine.up(environment, ["redis"], print)
