"""Containers of which the image changed: all of it as planned and proven, or as it was."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import LIGHT, Edit, InContainers

from hdms import synchronise
from hdms.checks.suite import prove_components
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.validation import load
from hdms.errors import StartFailed
from hdms.stack import PROJECT
from hdms.wait import wait_until

OWN = {"postgres": "postgres:16", "redis": "redis:7"}
WITHOUT_REDIS = "USER root\nRUN rm -f $(command -v redis-server)\nUSER redis"
# `inv env.sync` but for its verification, which would start the services' images.
_SYNC = """
import hdms.commands.env, tasks
from invoke.program import Program
hdms.commands.env.verify = lambda *_, **__: None
Program(namespace=tasks.namespace).run(["inv", "env.sync"])
"""


def tag(name: str) -> str:
    return f"hdms-test-{os.getpid()}-{name}"


def build(name: str, line: str) -> None:
    """Let the stack's own tag of a base image name another image, which has a layer more."""
    dockerfile = f"FROM {OWN[name]}\n{line}\n"
    command = ["docker", "build", "--quiet", "--tag", tag(name), "-"]
    subprocess.run(command, input=dockerfile, text=True, check=True, capture_output=True)


@pytest.fixture
def own_images(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ComposeEngine]:
    """A stack with PostgreSQL and Redis from tags of its own, which a test may give to others."""
    overlay = tmp_path / "own-images.yml"
    images = ", ".join(f"{name}: {{image: '{tag(name)}'}}" for name in OWN)
    overlay.write_text(f"services: {{{images}}}\n")
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{overlay}")
    for name in OWN:
        build(name, "LABEL hdms.build=first")
    engine, environment = fresh_containers
    engine.up(environment, LIGHT, print)
    yield engine
    engine.discard()
    subprocess.run(["docker", "rmi", "--force", *map(tag, OWN)], check=True, capture_output=True)


def require_proven(engine: ComposeEngine) -> None:
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment, LIGHT) if not r.passed] == []
    assert synchronise.make_plan(engine).lines() == []
    label = f"label=com.docker.compose.project={Project(engine.stack).name}"
    listed = ["docker", "ps", "--all", "--quiet", "--filter", label]
    found = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    assert len(found) == len(LIGHT)


def image(engine: ComposeEngine, name: str) -> str:
    words = ["docker", "inspect", "--format={{.Image}}", f"{Project(engine.stack).name}-{name}-1"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def test_a_change_leaves_what_it_needs_running_and_the_new_image_is_taken(
    own_images: ComposeEngine, edit: Edit
) -> None:
    engine = own_images
    before = {name: image(engine, name) for name in OWN}
    edit(engine.stack.root_env, "PGBOUNCER_POOL_SIZE", "30")  # PgBouncer needs PostgreSQL
    plan = synchronise.make_plan(engine)
    for name in OWN:
        build(name, "LABEL hdms.build=second")

    synchronise.carry_out(plan, engine, print)
    assert engine.running() == set(LIGHT)
    plan = synchronise.make_plan(engine)
    assert {c.name for c in plan.changes} == set(OWN)
    synchronise.carry_out(plan, engine, print)

    require_proven(engine)
    assert all(image(engine, name) != before[name] for name in OWN)


def test_a_new_image_that_does_not_start_leaves_everything_as_it_was(
    own_images: ComposeEngine,
) -> None:
    engine = own_images
    before = image(engine, "redis")
    build("redis", WITHOUT_REDIS)

    with pytest.raises(StartFailed, match="what ran before was put back: redis") as failed:
        synchronise.carry_out(synchronise.make_plan(engine), engine, print)

    assert "inv infra.logs redis" in failed.value.hint
    assert image(engine, "redis") == before
    build("redis", "LABEL hdms.build=first")
    require_proven(engine)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_replacement_that_is_cut_short_is_completed_by_the_next(
    own_images: ComposeEngine, number: signal.Signals
) -> None:
    engine = own_images
    build("redis", "LABEL hdms.build=second")
    home = {**os.environ, "HDMS_HOME": str(engine.stack.home), "HDMS_ENGINE": engine.name}
    child = subprocess.Popen([sys.executable, "-c", _SYNC], cwd=PROJECT, env=home)
    wait_until(
        lambda: "redis" not in engine.running() or child.poll() is not None, "Redis to end", 60
    )

    child.send_signal(number)
    child.wait(timeout=60)

    synchronise.carry_out(synchronise.make_plan(engine), engine, print)
    require_proven(engine)
