"""Waiting for what runs and does not answer: bounded, told, and ended with what helps."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Edit, InContainers, Running
from keepsake import remember, require_remembered

from hdms import wait
from hdms.checks.suite import prove_components
from hdms.engines.compose.project import Project
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError, StartFailed
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until


def test_what_runs_and_does_not_answer_is_named_with_the_way_out(
    fresh: Running, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, environment = fresh
    engine.up(environment, ["redis"], print)
    log = engine.stack.state / "logs" / "redis.log"
    engine.down([], print)
    log.write_text("of a former run\n" + log.read_text())
    engine.up(environment, ["redis"], print)
    edit(engine.stack.root_env, "HDMS_WAIT_SECONDS", "5")
    monkeypatch.setattr(wait, "SILENT_SECONDS", 0.2)
    (pid,) = [unit.pid for unit in engine.status() if unit.name == "redis"]
    assert pid is not None
    told: list[str] = []
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StartFailed, match="redis runs and does not answer") as failed:
            engine.up(load(engine.stack), ["redis"], told.append)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert "waiting for redis to be ready" in told
    assert "Ready to accept connections" in failed.value.message
    assert f"kill -CONT {pid}" in failed.value.hint
    assert engine.running() == {"redis"}


def test_ctrl_c_does_not_wait_for_what_hears_no_signal(fresh: Running) -> None:
    engine, _ = fresh
    environment = {**os.environ, "HDMS_HOME": str(engine.stack.home)}
    words = [sys.executable, "-m", "invoke", "infra.up"]

    def booting() -> int:
        return next((u.pid or 0 for u in engine.status() if u.name == "rabbitmq"), 0)

    with subprocess.Popen(words, cwd=PROJECT, env=environment) as start:
        wait_until(lambda: booting() > 0, "RabbitMQ to boot", 60)
        deaf = booting()
        os.kill(deaf, signal.SIGSTOP)

        start.send_signal(signal.SIGINT)
        begin = time.monotonic()
        start.wait(60)

    assert time.monotonic() - begin < 25  # takes 3 s; supervisord kills after 30 s
    assert not psutil.pid_exists(deaf)
    assert engine.running() == set()


def test_a_failed_start_shows_the_log_of_this_run_only(fresh: Running) -> None:
    engine, environment = fresh
    engine.up(environment, ["redis"], print)
    engine.down([], print)
    (next((engine.stack.state / "redis").glob("appendonlydir/*.base.rdb"))).write_bytes(b"broken")

    with pytest.raises(StartFailed, match="redis ended right after its start") as failed:
        engine.up(environment, ["redis"], print)

    assert "make a backup of your AOF file" in failed.value.message
    assert "User requested shutdown" not in failed.value.message
    assert "inv infra.logs redis" in failed.value.hint


def test_who_waits_for_another_command_is_told_which_and_not_for_ever(
    stack: Stack, edit: Edit
) -> None:
    edit(stack.root_env, "HDMS_WAIT_SECONDS", "5")
    holds = (
        "from pathlib import Path; from hdms.engines.lock import exclusively;"
        "from hdms.stack import Stack; import sys, time\n"
        "with exclusively(Stack(Path(sys.argv[1])), print):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", holds, stack.home]
    told: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            with pytest.raises(HdmsError, match="still changing this stack after 5 s") as failed:
                EmbeddedEngine(stack).down([], told.append)
        finally:
            other.kill()

    assert f"pid {other.pid}: " in failed.value.message
    assert f"kill {other.pid}" in failed.value.hint
    assert f"(pid {other.pid}: " in told[0]


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
