"""The embedded engine against bad luck: kills, taken ports, odd paths, two at once."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from conftest import LIGHT, Edit, Running
from keepsake import remember, require_remembered

from hdms.catalog import FRONTEND, component_names, port_variables
from hdms.checks.suite import prove_components
from hdms.engines.embedded import servers, supervisor
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.environment.validation import load
from hdms.errors import HdmsError, StartFailed
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until


def pids(engine: EmbeddedEngine) -> list[int]:
    return [unit.pid for unit in engine.status() if unit.pid]


def test_every_component_passes_its_own_probe(whole: Running) -> None:
    assert [r.message for r in prove_components(*whole) if not r.passed] == []


def test_data_survive_down_and_up(whole: Running) -> None:
    engine, environment = whole
    remember(engine, environment)

    engine.down([], print)
    engine.up(environment, component_names(), print)

    require_remembered(engine, environment)


def test_after_a_power_cut_the_next_start_succeeds_and_nothing_is_lost(whole: Running) -> None:
    engine, environment = whole
    remember(engine, environment)
    supervisord = int((engine.stack.state / "run" / "supervisord.pid").read_text())

    for pid in [supervisord, *pids(engine)]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not engine.running(), "the stack to be gone", 10)

    engine.up(environment, component_names(), print)
    require_remembered(engine, environment)


def test_what_a_killed_supervisor_left_running_is_ended_first(fresh: Running) -> None:
    engine, environment = fresh
    lasting = EmbeddedEngine(engine.stack)  # as `inv` makes it: it outlives its caller
    lasting.up(environment, component_names(), print)
    orphans = pids(lasting)
    supervisord = int((engine.stack.state / "run" / "supervisord.pid").read_text())
    os.kill(supervisord, signal.SIGKILL)
    wait_until(lambda: not lasting.running(), "supervisord to be gone", 10)

    lasting.up(environment, component_names(), print)

    assert set(orphans).isdisjoint(pids(lasting))
    assert [r for r in prove_components(lasting, environment) if not r.passed] == []


def test_a_killed_component_comes_back_by_itself(whole: Running) -> None:
    engine, environment = whole
    remember(engine, environment)
    before = pids(engine)

    for pid in before:
        os.kill(pid, signal.SIGKILL)

    def all_proven() -> bool:
        new = set(pids(engine)).isdisjoint(before)
        return new and all(r.passed for r in prove_components(engine, environment))

    wait_until(all_proven, "the components to come back", 60)
    require_remembered(engine, environment)


def test_two_starts_at_once_make_one_stack(fresh: Running) -> None:
    engine, environment = fresh
    lines: list[str] = []
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            pool.submit(EmbeddedEngine(engine.stack).up, environment, LIGHT, lines.append)

    assert len(pids(engine)) == 3
    assert any("another inv" in line for line in lines)


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
    monkeypatch.setattr(supervisor, "ANSWER_SECONDS", 0.5)
    pid = int((engine.stack.state / "run" / "supervisord.pid").read_text())

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


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


PORTS = [variable for name in component_names() for variable in port_variables(name)]


@pytest.mark.parametrize("variable", PORTS)
def test_a_taken_port_names_its_holder_and_nothing_starts(fresh: Running, variable: str) -> None:
    engine, environment = fresh

    with taken(int(environment[variable])), pytest.raises(HdmsError) as refused:
        engine.up(environment, component_names(), print)

    assert f"pid {os.getpid()}" in refused.value.message
    assert variable in refused.value.hint
    assert engine.running() == set()


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


def start_in_child(stack: Stack) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "invoke", "infra.up"]
    environment = {**os.environ, "HDMS_HOME": str(stack.home)}
    return subprocess.Popen(words, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_start_that_was_interrupted_can_be_repeated(
    fresh: Running, number: signal.Signals
) -> None:
    engine, environment = fresh
    child = start_in_child(engine.stack)
    wait_until((engine.stack.state / "run" / "supervisord.pid").exists, "the start to begin", 20)

    child.send_signal(number)
    child.wait(timeout=30)
    if number == signal.SIGINT:
        assert pids(engine) == []

    engine.up(environment, component_names(), print)
    assert [r for r in prove_components(engine, environment) if not r.passed] == []


@pytest.fixture
def short_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that does not have the test's name in its path: a socket's may not be long."""
    return tmp_path_factory.mktemp("x")


def test_a_path_with_spaces_and_signs_works(short_path: Path) -> None:
    home = short_path / 'it\'s 1% "my" (& $HOME);'
    for folder in [home.parent, *home.parents][:-2]:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    stack = Stack(home)
    write_initial_files(stack, free_host_ports())
    engine = EmbeddedEngine(stack, disposable=True)
    try:
        engine.up(load(stack), [*component_names(), FRONTEND.name], print)
        assert len(pids(engine)) == 5
    finally:
        engine.down([], print)


@pytest.mark.parametrize("name", ["a,b", "a[b]", "a*", "a?", "a\nb"])
def test_a_path_that_a_server_would_misread_is_refused(short_path: Path, name: str) -> None:
    stack = Stack(short_path / name)
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="cannot have in a path"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


def test_a_path_that_is_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    stack = Stack(tmp_path / ("long" * 20))
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="too long for a Unix socket"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_root_is_told_when_the_components_account_cannot_pass(short_path: Path) -> None:
    (short_path / "closed").mkdir(mode=0o700)
    stack = Stack(short_path / "closed")
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="cannot enter"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_components_do_not_run_as_root(whole: Running) -> None:
    engine, _ = whole

    assert {psutil.Process(pid).username() for pid in pids(engine)} == {"postgres"}


def test_only_loopback_is_listened_on(whole: Running) -> None:
    engine, _environment = whole
    addresses = {
        connection.laddr[0]
        for pid in pids(engine)
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert addresses == {"127.0.0.1"}


def test_no_secret_is_an_argument_or_in_a_log(whole: Running, edit: Edit) -> None:
    engine, environment = whole
    secrets = [v for n, v in environment.values("root").items() if n.endswith(("PASSWORD", "KEY"))]
    seen = [" ".join(psutil.Process(pid).cmdline()) for pid in pids(engine)]
    seen += [log.read_text() for log in (engine.stack.state / "logs").iterdir()]

    assert [s for s in secrets if s and any(s in text for text in seen)] == []


def test_files_with_secrets_are_for_their_owner_only(whole: Running) -> None:
    engine, _ = whole
    rendered = list((engine.stack.state / "config").iterdir())

    assert rendered
    assert {stat.S_IMODE(path.stat().st_mode) for path in rendered} == {0o600}


def test_a_missing_server_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    servers.pgbouncer.cache_clear()
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    with pytest.raises(HdmsError) as refused:
        servers.pgbouncer()

    assert "apt-get install pgbouncer" in refused.value.hint


def test_another_postgresql_than_16_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18'\n")
    old.chmod(0o755)
    servers.postgres_folder.cache_clear()
    monkeypatch.setattr(servers, "_postgres_candidates", lambda: [tmp_path])

    with pytest.raises(HdmsError, match=r"expected PostgreSQL 16 .* is 15\.18"):
        servers.postgres_folder()


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
    wait_until(lambda: not pid_file.exists(), "the stack to end", 20)
    shutil.rmtree(engine.stack.home)
