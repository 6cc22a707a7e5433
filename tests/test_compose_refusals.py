"""Which engine is chosen, and Dockers and stacks that are refused."""

import gc
import os
import subprocess
from pathlib import Path

import pytest
from conftest import inv

from hdms.engines.choice import choose, forget, require_sole
from hdms.engines.choice import remember as remember_engine
from hdms.engines.compose.client import require_docker
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.errors import HdmsError
from hdms.stack import Stack


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

    inv(stack, "infra.down")
    assert isinstance(choose(stack), EmbeddedEngine)
    said = inv(stack, "infra.up", "--engine=compose", COMPOSE_FILE="nosuch.yml")
    assert "note: this stack was on the embedded engine, where its data stay" in said.stdout

    forget(ComposeEngine(stack))
    assert isinstance(choose(stack), EmbeddedEngine)
    forget(EmbeddedEngine(stack))
    assert isinstance(choose(stack), ComposeEngine)


# Docker's client leaves the socket of a connection that failed to Python.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_does_not_answer_runs_nothing(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.state.mkdir()
    remember_engine(ComposeEngine(stack))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")

    require_sole(EmbeddedEngine(stack))
    gc.collect()
