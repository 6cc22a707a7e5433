"""What every engine does, the fake one included."""

from collections.abc import Iterator

import pytest
import redis
from conftest import turn_for_containers

from hdms.catalog import component_names, process_names
from hdms.components.redis import client as client_of_redis
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.base import Engine
from hdms.engines.fake import FakeEngine
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.stack import Stack
from hdms.wait import wait_until

Made = tuple[Engine, Environment]


@pytest.fixture(params=["fake", "embedded", "compose"])
def made(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Made]:
    if request.param == "fake":
        yield FakeEngine(stack), load(stack)
    elif request.param == "embedded":
        with disposable_stack() as embedded:
            yield embedded
    else:
        request.getfixturevalue("docker")
        with turn_for_containers(), disposable_containers() as compose:
            yield compose


def test_the_life_of_a_stack(made: Made) -> None:
    engine, environment = made
    assert engine.running() == set()

    started = engine.up(environment, component_names(), print)
    assert [s.name for s in started] == component_names()
    assert engine.running() == set(component_names())
    assert engine.pending(environment) == []
    assert engine.up(environment, component_names(), print)[0].seconds == 0

    assert engine.restart(environment, "redis", print).name == "redis"
    assert engine.down(["redis"], print) == ["redis"]
    assert engine.running() == set(component_names()) - {"redis"}
    with pytest.raises(HdmsError, match="running"):
        engine.delete_data()

    assert set(engine.down([], print)) == set(component_names()) - {"redis"}
    assert engine.down([], print) == []
    engine.delete_data()
    assert engine.running() == set()


def test_services_do_not_start_without_their_components(made: Made) -> None:
    engine, environment = made

    with pytest.raises(HdmsError) as refused:
        engine.up(environment, ["user-service"], print)

    assert refused.value.hint == "inv infra.up"
    assert engine.running() == set()


def test_status_names_everything_of_the_catalog(made: Made) -> None:
    engine, _ = made

    assert [unit.name for unit in engine.status()] == [*component_names(), *process_names()]


def test_a_component_that_is_killed_comes_back_by_itself(made: Made) -> None:
    engine, environment = made
    engine.up(environment, ["redis"], print)

    engine.kill("redis")

    wait_until(lambda: engine.running() == {"redis"}, "redis to be back", 60)


def test_a_frozen_component_is_silent_until_it_is_thawed(made: Made) -> None:
    engine, environment = made
    if engine.name == "fake":
        pytest.skip("the fake engine runs nothing that could be silent")
    engine.up(environment, ["redis"], print)
    address = engine.address(environment, "redis")

    engine.freeze("redis")
    with client_of_redis(environment, address) as client:
        client.connection_pool.connection_kwargs["socket_timeout"] = 0.2
        with pytest.raises(redis.TimeoutError):
            client.ping()
    engine.thaw("redis")

    with client_of_redis(environment, address) as client:
        assert client.ping()


def test_what_never_ran_has_no_log(made: Made) -> None:
    engine, _ = made

    with pytest.raises(HdmsError, match="redis has no log yet"):
        list(engine.logs("redis", lines=5, follow=False))


def test_a_restart_of_a_stopped_stack_says_how_to_start_it(made: Made) -> None:
    engine, environment = made

    with pytest.raises(HdmsError) as refused:
        engine.restart(environment, "redis", print)

    assert refused.value.hint == "inv infra.up"


def test_what_a_killed_command_did_not_start_is_pending_until_it_is_applied(made: Made) -> None:
    engine, environment = made
    engine.up(environment, ["postgres", "redis"], print)
    engine.down(["redis"], print)
    assert engine.pending(environment) == []

    engine.wanted.add(["redis"])  # as a command does before it starts it

    changes = engine.pending(environment)
    assert [(c.name, c.action, c.variables) for c in changes] == [
        ("redis", "is started", ("it should run",))
    ]
    (stopped,) = [unit for unit in engine.status() if unit.name == "redis"]
    assert stopped.detail == "should run: inv env.sync"
    engine.apply(environment, changes, print)
    assert engine.running() == {"postgres", "redis"}
    assert engine.pending(environment) == []


def test_what_could_not_be_started_is_not_wanted(made: Made) -> None:
    engine, environment = made

    with pytest.raises(HdmsError):
        engine.up(environment, ["user-service"], print)

    assert engine.wanted.names() == set()
