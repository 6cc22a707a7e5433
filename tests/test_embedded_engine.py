"""The embedded engine against bad luck: kills, crashes, two starts at once."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Running, pids
from keepsake import remember, require_remembered, wait_until_on_disk

from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.components import redis
from hdms.engines.embedded import rpc
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.errors import HdmsError, StartFailed
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until


def test_data_survive_down_and_up(whole: Running) -> None:
    engine, environment = whole
    remember(engine, environment)

    engine.down([], print)
    engine.up(environment, component_names(), print)

    require_remembered(engine, environment)


def test_after_a_power_cut_the_next_start_succeeds_and_nothing_is_lost(whole: Running) -> None:
    engine, environment = whole
    remember(engine, environment)
    wait_until_on_disk(engine)
    supervisord = int((engine.stack.state / "run" / "supervisord.pid").read_text())

    for pid in [supervisord, *pids(engine)]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not engine.running(), "the stack to be gone", 60)

    engine.up(environment, component_names(), print)
    require_remembered(engine, environment)


def test_what_a_killed_supervisor_left_running_is_ended_first(fresh: Running) -> None:
    engine, environment = fresh
    lasting = EmbeddedEngine(engine.stack)  # as `inv` makes it: it outlives its caller
    lasting.up(environment, component_names(), print)
    orphans = pids(lasting)
    supervisord = int((engine.stack.state / "run" / "supervisord.pid").read_text())
    os.kill(supervisord, signal.SIGKILL)
    wait_until(lambda: not lasting.running(), "supervisord to be gone", 60)

    lasting.up(environment, component_names(), print)

    assert set(orphans).isdisjoint(pids(lasting))
    assert [r for r in prove_components(lasting, environment) if not r.passed] == []


def test_two_starts_at_once_make_one_stack(fresh: Running) -> None:
    engine, environment = fresh
    lines: list[str] = []
    # Left in this order: the lock, so that both find another one at it, then the pool.
    with ThreadPoolExecutor() as pool, engine.exclusively(print):
        starts = [
            pool.submit(EmbeddedEngine(engine.stack).up, environment, LIGHT, lines.append)
            for _ in range(2)
        ]

        def raise_what_failed() -> None:
            for start in starts:
                if start.done():
                    start.result()

        def both_wait() -> bool:
            return sum("another inv" in line for line in lines) == 2

        wait_until(both_wait, "both", 60, still_possible=raise_what_failed)

    raise_what_failed()
    assert len(pids(engine)) == 3


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_frozen_supervisor_is_named_instead_of_waited_for(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = running
    pid = int((engine.stack.state / "run" / "supervisord.pid").read_text())

    with monkeypatch.context() as impatient:
        impatient.setattr(rpc, "ANSWER_SECONDS", 0.5)
        with frozen(pid), pytest.raises(HdmsError, match="has not answered") as failed:
            engine.status()

    assert f"kill -CONT {pid}" in failed.value.hint


def test_a_frozen_postgresql_fails_its_probe_in_time(running: Running) -> None:
    engine, environment = running
    # So PgBouncer has pooled one.
    assert all(r.passed for r in prove_components(engine, environment, LIGHT))
    (postmaster,) = [u.pid for u in engine.status() if u.name == "postgres"]
    with ExitStack() as stopped:
        for process in [psutil.Process(postmaster), *psutil.Process(postmaster).children()]:
            stopped.enter_context(frozen(process.pid))

        failures = [r for r in prove_components(engine, environment, LIGHT) if not r.passed]

    assert [r.subject for r in failures] == ["postgres"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another account")
def test_another_accounts_stack_is_refused_before_its_files_are_touched(running: Running) -> None:
    engine, environment = running
    engine.down([], print)
    run = engine.stack.state / "run"
    os.chown(run, 1, 1)

    with pytest.raises(HdmsError, match="this stack was started by"):
        engine.up(environment, LIGHT, print)

    assert run.stat().st_uid == 1
    shutil.chown(run, "postgres")


def test_a_folder_that_a_killed_start_had_not_given_away_yet_is_no_other_accounts(
    fresh: Running,
) -> None:
    engine, environment = fresh
    (engine.stack.state / "run").mkdir(parents=True)

    engine.up(environment, ["redis"], print)

    assert engine.running() == {"redis"}


def test_a_crash_at_the_start_shows_the_log_and_leaves_nothing(fresh: Running) -> None:
    engine, environment = fresh
    engine.up(environment, LIGHT, print)
    engine.down([], print)
    control = engine.stack.state / "postgres" / "global" / "pg_control"
    control.rename(control.with_name("pg_control.away"))

    with pytest.raises(StartFailed, match="could not find the database system") as failed:
        engine.up(environment, LIGHT, print)

    assert "postgres.log" in failed.value.message
    assert engine.running() == set()

    control.with_name("pg_control.away").rename(control)
    engine.up(environment, LIGHT, print)


def test_a_cluster_that_was_killed_in_the_making_is_made_anew(fresh: Running) -> None:
    engine, environment = fresh
    unfinished = engine.stack.state / "postgres.unfinished-abandoned"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("16")

    engine.up(environment, LIGHT, print)

    assert len(pids(engine)) == 3


def start_in_child(stack: Stack, path: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "invoke", "infra.up"]
    environment = {
        **os.environ,
        "HDMS_HOME": str(stack.home),
        "PATH": f"{path}:{os.environ['PATH']}",
    }
    return subprocess.Popen(words, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)


def late_redis(folder: Path) -> Path:
    """A folder for PATH with a Redis that begins when a file `now` is beside it, and the file."""
    folder.mkdir(mode=0o755)
    program, now = folder / "redis-server", folder / "now"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] || until [ -e "{now}" ]; do sleep 0.1; done\n'
        f'exec {redis.server()} "$@"\n'
    )
    program.chmod(0o755)
    return now


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, marks=pytest.mark.nightly), signal.SIGKILL]
)
def test_a_start_that_was_interrupted_can_be_repeated(
    fresh: Running, number: signal.Signals
) -> None:
    engine, environment = fresh
    redis_may_begin = late_redis(engine.stack.home / "late")  # so that the start cannot end before
    child = start_in_child(engine.stack, redis_may_begin.parent)
    wait_until((engine.stack.state / "run" / "supervisord.pid").exists, "the start to begin", 60)

    child.send_signal(number)
    child.wait(timeout=60)
    if number == signal.SIGINT:
        assert pids(engine) == []

    redis_may_begin.touch()
    engine.up(environment, component_names(), print)
    assert [r for r in prove_components(engine, environment) if not r.passed] == []


def test_when_its_caller_is_killed_a_disposable_stack_ends() -> None:
    code = (
        "from hdms.disposable import disposable_stack\n"
        "from hdms.catalog import component_names\n"
        "with disposable_stack() as (engine, environment):\n"
        "    engine.up(environment, component_names(), lambda _: None)\n"
        "    print(engine.stack.home, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        engine = EmbeddedEngine(Stack(Path(child.stdout.readline().strip())))
        assert len(pids(engine)) == len(component_names())
        child.kill()

    pid_file = engine.stack.state / "run" / "supervisord.pid"
    wait_until(lambda: not pid_file.exists(), "the stack to end", 60)
    shutil.rmtree(engine.stack.home)
