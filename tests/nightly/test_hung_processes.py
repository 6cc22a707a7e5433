"""A process that is alive and does nothing is replaced by itself, on both engines."""

import time
from collections.abc import Iterator

import pytest

from hdms.catalog import SERVICES, component_names, process_names
from hdms.checks.suite import verify
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.base import Engine
from hdms.engines.compose.client import answers
from hdms.environment.environment import Environment
from hdms.faults.kinds import FOUND_SECONDS, is_new
from hdms.migrate import migrate
from hdms.wait import wait_until

# A guard kills after 20 s without a sign of work.
SILENT_SECONDS = 30.0

Running = tuple[Engine, Environment]


@pytest.fixture(scope="module", params=["embedded", "compose"])
def serving(request: pytest.FixtureRequest) -> Iterator[Running]:
    if request.param == "compose" and not answers():
        pytest.skip("needs Docker")
    stack = disposable_containers if request.param == "compose" else disposable_stack
    with stack() as (engine, environment):
        engine.up(environment, component_names(), print)
        assert not [made for made in migrate(engine, environment, SERVICES, print) if made.error]
        engine.up(environment, process_names(), print)
        yield engine, environment


def wait_for_work(running: Running) -> None:
    engine, environment = running
    for name in process_names():
        wait_until(lambda: engine.is_ready(environment, name), f"{name} to be ready", 120)  # noqa: B023
    results = verify(engine, environment, ["celery", "queue", "health"], print)
    assert [result for result in results if not result.passed] == []


def test_hung_processes_are_replaced_and_all_work_again(serving: Running) -> None:
    engine, _ = serving
    begin = time.monotonic()

    for name in process_names():
        engine.hang(name)

    for name in process_names():
        wait_until(lambda: is_new(engine, name, begin), f"{name} to be new", 2 * FOUND_SECONDS)  # noqa: B023
    wait_for_work(serving)


@pytest.mark.parametrize("component", component_names())
def test_none_is_killed_because_a_component_is_silent(serving: Running, component: str) -> None:
    engine, _ = serving
    wait_for_work(serving)
    begin = time.monotonic()

    engine.freeze(component)
    try:
        time.sleep(SILENT_SECONDS)  # the silence is the fault, not a wait for something
    finally:
        engine.thaw(component)

    wait_for_work(serving)
    assert [name for name in process_names() if is_new(engine, name, begin)] == []
