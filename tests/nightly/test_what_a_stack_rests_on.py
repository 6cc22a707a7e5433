"""The supervisor is killed, the disk is full: under load, nothing acknowledged is lost."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from small_disk import small_disk

from hdms import report
from hdms.catalog import SERVICES, component_names, process_names
from hdms.checks.result import CHECKS, CheckResult
from hdms.checks.suite import verify
from hdms.disposable import passable_folder
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.ownership import own_process, own_processes
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.faults import table
from hdms.faults.campaign import inject, run, wait_calm
from hdms.faults.kinds import choose
from hdms.interruption import treat_all_alike
from hdms.load.steady import steady_load
from hdms.migrate import migrate
from hdms.wait import wait_until

Whole = tuple[EmbeddedEngine, Environment]

# In words of the APIs: no room, not available. A message that is stored was not lost.
IN_WORDS = ("status 507", "status 503", "stored, not live", "the task is still pending",
            "the circuit has not run", "not heard", "unavailable")  # fmt: skip

PROVEN_SECONDS = 120.0

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    """Everything runs, on a disk of its own."""
    with passable_folder() as folder, small_disk(folder, "3g") as stack:
        engine = EmbeddedEngine(stack, disposable=True)
        environment = load(stack)
        try:
            engine.up(environment, component_names(), print)
            assert not [r for r in migrate(engine, environment, SERVICES, print) if r.error]
            engine.up(environment, process_names(), print)
            yield engine, environment
        finally:
            engine.down([], print)


def supervisor(engine: EmbeddedEngine) -> psutil.Process | None:
    """Return the supervisord that its pid file names and that runs; None where none does."""
    try:
        pid = int((engine.stack.state / "run" / "supervisord.pid").read_text())
    except (OSError, ValueError):
        return None
    return own_process(engine.stack, pid)


def require_whole_and_nothing_else(engine: EmbeddedEngine, environment: Environment) -> None:
    failed: list[CheckResult] = []

    def proven() -> bool:  # at once only where the machine has time: some checks are of speed
        failed[:] = [r for r in verify(engine, environment, CHECKS, print) if not r.passed]
        return not failed

    wait_until(proven, "every connection to be proven", PROVEN_SECONDS)
    family = supervisor(engine)
    assert family is not None
    members = {family.pid, *(p.pid for p in family.children(recursive=True))}
    assert {p.pid for p in own_processes(engine.stack)} <= members


@contextmanager
def interrupted_when_there_is_another_supervisor(engine: EmbeddedEngine) -> Iterator[None]:
    """Send Ctrl-C in the middle of the mending."""
    former = supervisor(engine)

    def interrupt() -> None:
        wait_until(lambda: supervisor(engine) not in (None, former), "another supervisord", 60)
        os.kill(os.getpid(), signal.SIGINT)

    waiting = threading.Thread(target=interrupt)
    waiting.start()
    yield
    waiting.join()


def test_a_killed_supervisor_is_started_again_and_leaves_no_orphan(whole: Whole) -> None:
    engine, environment = whole
    former = supervisor(engine)

    campaign = run(engine, environment, choose(engine, ["supervisor"]), report.announce)

    table.print_campaign(campaign)
    assert not any(campaign.lost.values())
    assert supervisor(engine) != former
    require_whole_and_nothing_else(engine, environment)


def test_ctrl_c_in_the_middle_leaves_a_supervisor_and_all_that_it_runs(whole: Whole) -> None:
    engine, environment = whole
    (fault,) = [f for f in engine.own_faults() if f.part == "supervisor"]
    treat_all_alike()

    with (
        interrupted_when_there_is_another_supervisor(engine),
        pytest.raises(KeyboardInterrupt),
    ):
        fault.inject(environment)

    require_whole_and_nothing_else(engine, environment)


def test_on_a_full_disk_requests_fail_in_words_and_nothing_acknowledged_is_lost(
    whole: Whole,
) -> None:
    engine, environment = whole
    assert ("disk", "full") in choose(engine).faults

    with steady_load(engine, environment) as load_:
        wait_calm(load_, 0)
        incident = inject(engine, environment, "disk", "full", load_)

    errors = {seen.error for stream in load_.streams for seen in stream.seen if seen.error}
    print(incident.away, incident.recovered, errors)
    assert any("507" in error for error in errors)
    assert [error for error in errors if not any(word in error for word in IN_WORDS)] == []
    assert not any(load_.lost(engine, environment).values())
    require_whole_and_nothing_else(engine, environment)
