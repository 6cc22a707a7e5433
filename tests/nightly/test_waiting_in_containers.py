"""Waiting for containers: bounded, told, and what was interrupted goes on."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Edit, InContainers
from keepsake import remember, require_remembered

from hdms import wait
from hdms.checks.suite import prove_components
from hdms.engines.compose.project import Project
from hdms.environment.validation import load
from hdms.errors import StartFailed
from hdms.stack import PROJECT
from hdms.wait import wait_until


def test_in_containers_what_never_becomes_healthy_is_given_up_in_time(
    fresh_containers: InContainers, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "HDMS_WAIT_SECONDS", "5")
    environment = load(engine.stack)
    engine.up(environment, ["redis"], print)
    (container,) = engine._units.existing()["redis"]
    container.stop()
    monkeypatch.setattr(wait, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr("hdms.engines.compose.container.is_healthy", lambda _container: False)
    told: list[str] = []

    with pytest.raises(StartFailed, match="redis runs and does not answer"):
        engine.up(environment, ["redis"], told.append)

    assert "waiting for redis to be healthy" in told


def test_in_containers_what_does_not_stop_is_named_and_killed(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, environment = fresh_containers
    overlay(monkeypatch, tmp_path, "redis: {stop_grace_period: 1s}")
    engine.up(environment, ["redis"], print)
    monkeypatch.setattr(wait, "SILENT_SECONDS", 0.2)
    (container,) = engine._units.existing()["redis"]
    container.exec_run(["sh", "-c", "kill -STOP $(pidof redis-server)"])
    told: list[str] = []

    engine.down(["redis"], told.append)

    assert told[0] == "waiting for redis to stop"
    assert "redis did not stop within 1 s and was killed" in told[1]
    assert "Ready to accept connections" in told[1]


def builds(inv: int) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(inv).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            found += [child] if "build" in child.cmdline() else []
    return found


def test_ctrl_c_ends_a_build_at_once(
    fresh_containers: InContainers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, _ = fresh_containers
    slow = 'dockerfile_inline: "FROM redis:7\\nRUN sleep 600"'
    overlay(monkeypatch, tmp_path, f"pgbouncer: {{build: !override {{{slow}}}}}")
    environment = {**os.environ, "HDMS_HOME": str(engine.stack.home), "HDMS_ENGINE": "compose"}
    words = [sys.executable, "-m", "invoke", "infra.up"]

    with subprocess.Popen(words, cwd=PROJECT, env=environment, stderr=subprocess.PIPE) as start:
        try:
            wait_until(lambda: bool(builds(start.pid)), "the build to begin", 60)
            started = builds(start.pid)
            start.send_signal(signal.SIGINT)
            said = start.communicate(timeout=60)[1]
        finally:
            start.kill()

    assert start.returncode == 130
    assert b"Traceback" not in said
    assert not any(process.is_running() for process in started)
    assert engine.running() == set()


def test_a_first_start_of_postgresql_that_is_stopped_can_be_repeated(
    fresh_containers: InContainers,
) -> None:
    engine, environment = fresh_containers
    Project(engine.stack).compose("up", "--detach", "--no-deps", "postgres")
    (container,) = engine._units.existing()["postgres"]
    wait_until(lambda: b"files belonging" in container.logs(), "initdb to begin", 60)

    container.stop()
    container.reload()
    engine.up(environment, LIGHT, print)

    assert container.attrs["State"]["ExitCode"] == 143  # it heard, and was not killed
    assert [r for r in prove_components(engine, environment, LIGHT) if not r.passed] == []


def test_a_new_cluster_that_was_on_its_way_to_its_place_goes_on(
    fresh_containers: InContainers,
) -> None:
    engine, environment = fresh_containers
    engine.up(environment, LIGHT, print)
    remember(engine, environment)
    (container,) = engine._units.existing()["postgres"]
    container.exec_run(
        [
            "sh",
            "-c",
            "cd $PGDATA; mkdir unfinished; >unfinished/finished; mv PG_VERSION base unfinished",
        ]
    )
    container.stop()

    engine.up(environment, LIGHT, print)

    require_remembered(engine, environment)


def overlay(monkeypatch: pytest.MonkeyPatch, folder: Path, services: str) -> None:
    (folder / "overlay.yml").write_text(f"services: {{{services}}}\n")
    monkeypatch.setenv("COMPOSE_FILE", f"docker-compose.yml:{folder / 'overlay.yml'}")
