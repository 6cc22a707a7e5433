"""Waiting for what runs and does not answer: bounded, told, and ended with what helps."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from conftest import Edit, Running

from hdms import wait
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
