"""The embedded engine with everything running: one stack, which each test leaves as it found it."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from conftest import Running, pids
from keepsake import forget, remember, require_remembered, wait_until_on_disk

from hdms.catalog import component_names
from hdms.checks.suite import prove_components
from hdms.disposable import disposable_stack
from hdms.wait import wait_until


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A stack with all of its components running."""
    with disposable_stack() as (engine, environment):
        engine.up(environment, component_names(), print)
        yield engine, environment


def test_every_component_passes_its_own_probe(running: Running) -> None:
    assert [r.message for r in prove_components(*running) if not r.passed] == []


def test_a_killed_component_comes_back_by_itself(running: Running) -> None:
    engine, environment = running
    remember(engine, environment)
    wait_until_on_disk(engine)
    before = pids(engine)

    for pid in before:
        os.kill(pid, signal.SIGKILL)

    def all_proven() -> bool:
        new = set(pids(engine)).isdisjoint(before)
        return new and all(r.passed for r in prove_components(engine, environment))

    wait_until(all_proven, "the components to come back", 60)
    require_remembered(engine, environment)
    forget(engine, environment)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_components_do_not_run_as_root(running: Running) -> None:
    engine, _ = running

    assert {psutil.Process(pid).username() for pid in pids(engine)} == {"postgres"}


def test_only_loopback_is_listened_on(running: Running) -> None:
    engine, _environment = running

    def listening(process: psutil.Process) -> set[str]:
        with suppress(psutil.NoSuchProcess):  # RabbitMQ looks at its disk now and then
            found = process.net_connections(kind="inet")
            return {c.laddr[0] for c in found if c.status == psutil.CONN_LISTEN}
        return set()

    processes = [
        process
        for pid in pids(engine)
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    ]

    assert set().union(*map(listening, processes)) == {"127.0.0.1"}


def test_no_secret_is_an_argument_or_in_a_log(running: Running) -> None:
    engine, environment = running
    secrets = [v for n, v in environment.values("root").items() if n.endswith(("PASSWORD", "KEY"))]
    seen = [" ".join(psutil.Process(pid).cmdline()) for pid in pids(engine)]
    seen += [log.read_text() for log in (engine.stack.state / "logs").iterdir()]

    assert [s for s in secrets if s and any(s in text for text in seen)] == []


def test_files_with_secrets_are_for_their_owner_only(running: Running) -> None:
    engine, _ = running
    rendered = list((engine.stack.state / "config").iterdir())

    assert rendered
    assert {stat.S_IMODE(path.stat().st_mode) for path in rendered} == {0o600}
