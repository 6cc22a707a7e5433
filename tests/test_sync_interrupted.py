"""`inv env.sync` ended at a bad moment, started twice, or left by who reads what it says."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from conftest import LIGHT, Edit, Running

from hdms import synchronise
from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.engines.base import Engine
from hdms.environment.validation import load
from hdms.ports import free_ports
from hdms.stack import PROJECT
from hdms.wait import wait_until

# The commands as they are, but without the verification at the end, for which every service's
# packages would be installed: what it would prove is proven by the test.
_INV = """
import hdms.commands.env, sys, tasks
from invoke.program import Program
hdms.commands.env.verify = lambda *_, **__: None
Program(namespace=tasks.namespace).run(["inv", *sys.argv[1:]])
"""


def inv(engine: Engine, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _INV, *words],
        cwd=PROJECT,
        env={**os.environ, "HDMS_HOME": str(engine.stack.home), "HDMS_ENGINE": engine.name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def require_proven(engine: Engine, names: list[str] = LIGHT) -> None:
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment, names) if not r.passed] == []
    assert synchronise.make_plan(engine).empty


def state(engine: Engine, name: str) -> str:
    return {unit.name: unit.state for unit in engine.status()}[name]


@contextmanager
def stopping_redis(engine: Engine, edit: Edit) -> Iterator[subprocess.Popen[str]]:
    """Start a synchronisation, and keep it where it has told Redis to end and waits for that."""
    edit(engine.stack.root_env, "REDIS_HOST_PORT", str(free_ports(1)[0]))
    (pid,) = [unit.pid for unit in engine.status() if unit.name == "redis"]
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        child = inv(engine, "env.sync")
        wait_until(lambda: state(engine, "redis") == "stopped", "Redis to be told to end", 60)
        yield child
    finally:
        with suppress(ProcessLookupError):  # on a slow machine it was waited for, and killed
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_was_stopped_for_a_change_is_started_by_the_next_synchronisation(
    running: Running, edit: Edit, number: signal.Signals
) -> None:
    engine, _ = running
    with stopping_redis(engine, edit) as child:
        child.send_signal(number)
        said, _ = child.communicate(timeout=60)

    assert "Traceback" not in said
    (redis,) = [unit for unit in engine.status() if unit.name == "redis"]
    assert redis.detail == "should run: inv env.sync"
    check = inv(engine, "env.sync", "--check")
    assert "redis is started (it should run)" in check.communicate()[0]
    assert check.returncode == 1

    sync = inv(engine, "env.sync")
    said, _ = sync.communicate()
    assert sync.returncode == 0, said
    require_proven(engine)


def test_a_second_synchronisation_reads_and_writes_after_the_first(
    running: Running, edit: Edit
) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "REDIS_PASSWORD", "the-first-password")
    service_file = engine.stack.service_env("user-service")
    with stopping_redis(engine, edit) as first:
        edit(engine.stack.root_env, "REDIS_PASSWORD", "the-second-password")
        second = inv(engine, "env.sync")
        assert second.stdout is not None
        assert "another inv is changing this stack" in second.stdout.readline()
        assert "REDIS_PASSWORD=the-first-password\n" in service_file.read_text()

    said = [first.communicate(timeout=60)[0], second.communicate(timeout=60)[0]]

    assert (first.returncode, second.returncode) == (0, 0), said
    assert "REDIS_PASSWORD=the-second-password\n" in service_file.read_text()
    require_proven(engine)


def test_a_pipe_that_nobody_reads_stops_no_change(running: Running, edit: Edit) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "REDIS_PASSWORD", "a-new-password")
    sync = inv(engine, "env.sync")
    assert sync.stdout is not None
    sync.stdout.close()

    assert sync.wait(timeout=60) == 0
    require_proven(engine)


def test_after_a_power_cut_everything_that_should_run_is_in_the_plan(running: Running) -> None:
    engine, _ = running
    supervisord = int((engine.stack.state / "run" / "supervisord.pid").read_text())
    for pid in [supervisord, *(unit.pid for unit in engine.status() if unit.pid)]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not engine.running(), "the stack to be gone", 10)

    plan = synchronise.make_plan(engine)
    assert plan.lines() == [f"{name} is started (it should run)" for name in LIGHT]
    synchronise.carry_out(plan, engine, print)

    require_proven(engine)


@pytest.mark.parametrize("content", [None, '{"key": "00", "told": {"postgres": 5}}'])
def test_a_lost_record_of_what_was_told_is_no_change(running: Running, content: str | None) -> None:
    engine, _ = running
    told = engine.stack.state / "told.json"
    told.unlink()
    if content:
        told.write_text(content)

    plan = synchronise.make_plan(engine)
    assert {change.variables for change in plan.changes} == {("what it was told is not known",)}
    up = inv(engine, "infra.up")

    assert "error" not in up.communicate()[0]
    require_proven(engine, component_names())
