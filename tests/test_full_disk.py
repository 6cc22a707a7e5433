"""A full disk: said before anything changes, and by what ran into it, in words that help."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from conftest import Edit
from small_disk import small_disk

from hdms import synchronise
from hdms.catalog import SERVICES
from hdms.checks.suite import prove_components
from hdms.components.redis import client as client_of_redis
from hdms.doctor import examine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.stack import Stack

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")


@pytest.fixture
def stack_on_it(passable: Path) -> Iterator[Stack]:
    with small_disk(passable, "64m") as stack:
        yield stack


def fill(folder: Path) -> Path:
    path = folder / "filling"
    subprocess.run(["dd", "if=/dev/zero", f"of={path}", "bs=64k"], check=False, capture_output=True)
    return path


def test_a_start_is_refused_as_doctor_refuses_the_disk(stack_on_it: Stack) -> None:
    engine = EmbeddedEngine(stack_on_it)
    (finding,) = [f for f in examine(engine) if f.subject == "disk"]

    with pytest.raises(HdmsError, match="the disk is full") as refused:
        engine.up(load(stack_on_it), ["redis"], print)

    assert (finding.state, finding.text) == ("fail", refused.value.message)
    assert engine.running() == set()


def test_env_sync_on_a_full_disk_changes_nothing(stack_on_it: Stack, edit: Edit) -> None:
    engine = EmbeddedEngine(stack_on_it)
    edit(stack_on_it.root_env, "USER_SERVICE_DB_PASSWORD", "another-one-than-before-1")
    before = [stack_on_it.service_env(s.name).read_text() for s in SERVICES]
    plan = synchronise.make_plan(engine)
    fill(stack_on_it.home)

    with pytest.raises(HdmsError, match="the disk is full"):
        synchronise.carry_out(plan, engine, print)

    assert [stack_on_it.service_env(s.name).read_text() for s in SERVICES] == before


def test_a_redis_that_cannot_append_says_so_and_what_helps(
    stack_on_it: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hdms.engines.embedded.engine.require_space", lambda *_: "")
    engine = EmbeddedEngine(stack_on_it, disposable=True)
    environment = load(stack_on_it)
    engine.up(environment, ["redis"], print)
    filling = fill(stack_on_it.home)
    try:
        with client_of_redis(environment, engine.address(environment, "redis")) as client:
            for _ in range(3):
                try:
                    client.set("much", "x" * 100_000)
                except redis.ResponseError:
                    break

        (result,) = prove_components(engine, environment, ["redis"])
        assert not result.passed
        assert "cannot append" in result.message
        assert "free space" in result.hint
    finally:
        filling.unlink()
        engine.down([], print)
