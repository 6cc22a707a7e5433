"""Whose a process is: what is not the stack's own is left alone, what is its own is found."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Running

from hdms.catalog import FRONTEND
from hdms.engines.embedded.account import components_account, give
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.orphans import end, end_orphans
from hdms.engines.embedded.ownership import is_own, mark, own_processes
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.environment.validation import load
from hdms.stack import Stack
from hdms.wait import wait_until


@contextmanager
def bystander(variables: Mapping[str, str] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of somebody else's, in a session of its own."""
    process = subprocess.Popen(
        ["sleep", "600"], start_new_session=True, env={**os.environ, **(variables or {})}
    )
    try:
        # Until it has become its program, it has the environment of this one.
        wait_until(lambda: psutil.Process(process.pid).name() == "sleep", "sleep to start", 10)
        yield process
    finally:
        process.kill()
        process.wait()


def supervisord_pid_file(engine: EmbeddedEngine) -> Path:
    return engine.stack.state / "run" / "supervisord.pid"


def test_a_stale_pid_file_costs_the_process_that_has_its_number_nothing(fresh: Running) -> None:
    engine, environment = fresh
    engine.up(environment, ["redis"], print)
    engine.down([], print)
    with bystander() as other:
        supervisord_pid_file(engine).write_text(f"{other.pid}\n")

        engine.up(environment, ["redis"], print)
        engine.down([], print)

        assert other.poll() is None


def test_a_stale_pid_file_of_nginx_costs_nobody_anything(fresh: Running) -> None:
    engine, environment = fresh
    run = engine.stack.state / "run"
    engine.up(environment, ["redis"], print)  # makes the folders
    # A group whose leader is gone, as a killed nginx leaves its workers' behind.
    script = ["sh", "-c", "sleep 600 >&- & echo $!"]
    with subprocess.Popen(script, process_group=0, stdout=subprocess.PIPE) as leader:
        assert leader.stdout is not None
        other = psutil.Process(int(leader.stdout.readline()))
    pid_file = run / "nginx.pid"
    pid_file.write_text(f"{leader.pid}\n")
    give(pid_file, components_account())
    try:
        engine.up(environment, [FRONTEND.name], print)

        assert other.status() == psutil.STATUS_SLEEPING
    finally:
        other.kill()


def test_the_workers_of_a_killed_nginx_give_its_port_back(fresh: Running) -> None:
    engine, environment = fresh
    engine.up(environment, [FRONTEND.name], print)
    (former,) = [unit.pid for unit in engine.status() if unit.name == FRONTEND.name]
    assert former is not None

    os.kill(former, signal.SIGKILL)

    def is_back() -> bool:
        (now,) = [unit for unit in engine.status() if unit.name == FRONTEND.name]
        return now.state == "running" and now.uptime >= 2 and now.pid != former

    wait_until(is_back, "nginx to come back", 30)


def test_a_stale_pid_file_of_postgresql_does_not_stop_its_start(fresh: Running) -> None:
    engine, environment = fresh
    engine.up(environment, ["postgres"], print)
    engine.down([], print)
    pid_file = engine.stack.state / "postgres" / "postmaster.pid"
    # As after a reboot: a process of the same account has the number.
    engine.up(environment, ["redis"], print)
    (same_account,) = [unit.pid for unit in engine.status() if unit.name == "redis"]
    pid_file.write_text(f"{same_account}\n{pid_file.parent}\n0\n5432\n\n\n")

    engine.up(environment, ["postgres"], print)

    assert {"postgres", "redis"} <= engine.running()


def test_what_left_its_session_is_ended_though_a_new_supervisor_runs(running: Running) -> None:
    engine, environment = running
    with bystander(mark(engine.stack)) as stray, bystander() as other:
        engine.up(environment, LIGHT, print)

        assert stray.poll() is not None
        assert other.poll() is None
    assert set(LIGHT) <= engine.running()


def test_down_ends_what_outlived_a_killed_supervisor(running: Running) -> None:
    engine, _ = running
    left = own_processes(engine.stack)
    os.kill(int(supervisord_pid_file(engine).read_text()), signal.SIGKILL)
    wait_until(lambda: not engine.running(), "supervisord to be gone", 10)
    supervisord_pid_file(engine).unlink()

    engine.down([], print)

    assert [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_servers_that_overwrite_their_environment_are_known_with_their_children(
    running: Running,
) -> None:
    engine, _ = running
    family = psutil.Process(int(supervisord_pid_file(engine).read_text()))

    def is_all_that_is_own() -> bool:  # PostgreSQL's processes come and go
        own = {process.pid for process in own_processes(engine.stack)}
        return own == {family.pid, *(p.pid for p in family.children(recursive=True))}

    wait_until(is_all_that_is_own, "two looks to find the same", 30)
    assert not is_own(engine.stack, os.getpid())


def test_what_ends_while_it_is_looked_at_is_no_error(fresh: Running) -> None:
    engine, _ = fresh
    with bystander(mark(engine.stack)) as stray:
        process = psutil.Process(stray.pid)
    assert not process.is_running()

    end([process], patience=1)
    end_orphans(engine.stack, process, print)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user sees all that it started")
def test_root_without_the_right_to_trace_finds_them_too(running: Running) -> None:
    engine, _ = running
    code = (
        "from hdms.engines.embedded.ownership import own_processes\n"
        "from hdms.stack import Stack\n"
        "print(*(p.pid for p in own_processes(Stack.chosen())))\n"
    )

    def finds_all() -> bool:
        expected = {process.pid for process in own_processes(engine.stack)}
        found = subprocess.run(
            ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "--",
             sys.executable, "-c", code],
            env={**os.environ, "HDMS_HOME": str(engine.stack.home)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return {int(pid) for pid in found.stdout.split()} == expected

    wait_until(finds_all, "two looks to find the same", 60)


def test_a_stack_inside_another_ones_folder_is_not_the_others(fresh: Running) -> None:
    engine, _environment = fresh
    inner = Stack(engine.stack.state / "tests")
    inner.home.mkdir(parents=True, mode=0o711)
    engine.stack.state.chmod(0o711)
    write_initial_files(inner, free_host_ports())
    kept = EmbeddedEngine(inner)
    kept.up(load(inner), ["redis"], print)
    try:
        assert [process.name() for process in own_processes(inner)] != []
        assert own_processes(engine.stack) == []
    finally:
        kept.down([], print)
