"""The embedded engine on an odd machine: taken ports, strange paths, missing or wrong servers."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from conftest import LIGHT, Running, pids

from hdms.catalog import FRONTEND, component_names, port_variables
from hdms.checks.result import FAIL, CheckResult
from hdms.checks.strangers import named
from hdms.checks.suite import prove_components
from hdms.components import pgbouncer
from hdms.components.postgres import embedded as postgres
from hdms.doctor import examine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.initial import free_host_ports, replace_taken_ports, write_initial_files
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.ports import holder, is_free
from hdms.stack import Stack
from hdms.wait import wait_until


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


def test_all_taken_ports_are_named_at_once_and_one_command_takes_free_ones(fresh: Running) -> None:
    engine, environment = fresh
    variables = ["PGBOUNCER_HOST_PORT", "REDIS_HOST_PORT", "FRONTEND_SERVICE_HOST_PORT"]
    with ExitStack() as others:
        for variable in variables:
            others.enter_context(taken(int(environment[variable])))
        with pytest.raises(HdmsError) as refused:
            engine.up(environment, LIGHT, print)
        replaced = replace_taken_ports(engine.stack, own=())

        assert all(environment[variable] in refused.value.message for variable in variables)
        assert "inv env.init --free-ports" in refused.value.hint
        assert sorted(replaced) == sorted(variables)
        engine.up(load(engine.stack), LIGHT, print)


def test_with_a_strangers_redis_on_the_port_verify_says_whose_it_is(fresh: Running) -> None:
    engine, environment = fresh
    port = environment["REDIS_HOST_PORT"]
    options = ["--port", port, "--requirepass", "another", "--save", ""]
    with subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL) as stranger:
        try:
            wait_until(lambda: not is_free(int(port)), "the stranger's Redis", 10)
            (result,) = prove_components(engine, environment, ["redis"])
            inside = CheckResult("user-service", "cache", FAIL, "refused the password", "env.sync")
            said = named(engine, environment, inside)
        finally:
            stranger.kill()

    for each in (result, said):
        assert "this stack's redis does not run" in each.message
        assert f"pid {stranger.pid}" in each.message
        assert "env.sync" not in each.hint


def test_left_over_connections_are_no_process_of_another_account(fresh: Running) -> None:
    _, environment = fresh
    port = int(environment["REDIS_HOST_PORT"])
    with socket.create_server(("127.0.0.1", port)) as server:
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
    with client, accepted:
        said = holder(port)

    assert "connections that are left of a former server" in said


def test_a_path_with_spaces_and_signs_works(passable: Path) -> None:
    home = passable / 'it\'s 1% "my" (& $HOME);'
    stack = Stack(home)
    write_initial_files(stack, free_host_ports())
    engine = EmbeddedEngine(stack, disposable=True)
    try:
        engine.up(load(stack), [*component_names(), FRONTEND.name], print)
        assert len(pids(engine)) == 5
    finally:
        engine.down([], print)


@pytest.mark.parametrize("name", ["a,b", "a[b]", "a*", "a?", "a\nb"])
def test_a_path_that_a_server_would_misread_is_refused(passable: Path, name: str) -> None:
    stack = Stack(passable / name)
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="cannot have in a path"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


def test_a_path_that_is_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    stack = Stack(tmp_path / ("long" * 20))
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="too long for a Unix socket"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_root_is_told_when_the_components_account_cannot_pass(passable: Path) -> None:
    (passable / "closed").mkdir(mode=0o700)
    stack = Stack(passable / "closed")
    write_initial_files(stack)

    with pytest.raises(HdmsError, match="cannot enter"):
        EmbeddedEngine(stack).up(load(stack), LIGHT, print)


def test_a_missing_server_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pgbouncer.program.cache_clear()
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    with pytest.raises(HdmsError) as refused:
        pgbouncer.program()

    assert "apt-get install pgbouncer" in refused.value.hint


def test_another_postgresql_than_16_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18'\n")
    old.chmod(0o755)
    postgres.programs.cache_clear()
    monkeypatch.setattr(postgres, "_candidates", lambda: [tmp_path])

    with pytest.raises(HdmsError, match=r"expected PostgreSQL 16 .* is 15\.18"):
        postgres.programs()


def test_data_of_another_postgresql_are_refused_before_anything_starts(fresh: Running) -> None:
    engine, environment = fresh
    data = engine.stack.state / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")

    with pytest.raises(HdmsError, match="was made by PostgreSQL 15") as refused:
        engine.up(environment, component_names(), print)

    assert "pg_dumpall" in refused.value.hint
    assert engine.running() == set()
    assert not (engine.stack.state / "logs" / "redis.log").exists()
    (finding,) = [f for f in examine(engine) if f.subject == "data"]
    assert finding.state == "fail"
    assert "PostgreSQL 15" in finding.text
    assert "pg_dumpall" in finding.remedy
