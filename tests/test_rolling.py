"""A process is replaced while it serves."""

import http.client
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from conftest import Edit, Running

from hdms import connections, synchronise
from hdms.catalog import component_names, find_service
from hdms.disposable import disposable_stack
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.replicas import stand_in_of
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError, StartFailed
from hdms.migrate import migrate
from hdms.ports import free_ports
from hdms.wait import wait_until

CLIENTS = 4
WAITING = 10
PORT = "USER_SERVICE_HOST_PORT"
SLOW_SECONDS = 1.5  # of a client, from connecting to asking
SERVICES = ("user-service", "communication-service", "task-service")  # one of each kind of server


@contextmanager
def asked_all_the_time(running: Running, name: str) -> Iterator[list[str]]:
    """What was not answered well by one service, of what several clients ask without a pause."""
    engine, environment = running
    address, over, wrong = engine.address(environment, name), threading.Event(), list[str]()

    def ask() -> int:
        asked = 0
        while not over.is_set():
            asked += 1
            try:
                status, _ = connections.http_get(address, "/health/live")
            except OSError as error:
                wrong.append(repr(error))
            else:
                wrong.extend([f"status {status}"] if status != 200 else [])
        return asked

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask) for _ in range(CLIENTS)]
        try:
            yield wrong
        finally:
            over.set()
    assert all(client.result() > 0 for client in clients)


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with disposable_stack() as (engine, environment):
        engine.up(environment, component_names(), print)
        made = migrate(engine, environment, [find_service(name) for name in SERVICES], print)
        assert [each.error for each in made] == ["", "", ""]
        engine.up(environment, SERVICES, print)
        yield engine, environment


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_fails_while_a_service_is_replaced(serving: Running, name: str) -> None:
    engine, environment = serving
    before = {unit.name: unit.pid for unit in engine.status()}

    with asked_all_the_time(serving, name) as wrong:
        engine.update(environment, [name], print)

    assert wrong == []
    assert {unit.name: unit.pid for unit in engine.status()}[name] != before[name]
    assert stand_in_of(name) not in engine._supervisor.infos()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_shows_its_guard_again_and_again_that_it_works(
    serving: Running, name: str
) -> None:
    ready = serving[0]._layout.ready_file(name)

    for _ in range(2):
        shown = ready.stat().st_mtime_ns
        wait_until(lambda: ready.stat().st_mtime_ns != shown, f"{name} to show it", 20)  # noqa: B023


@pytest.mark.parametrize("name", SERVICES)
def test_who_has_connected_is_answered_by_what_ends(serving: Running, name: str) -> None:
    engine, environment = serving
    address = engine.address(environment, name)
    # The newest are with the successor, those before them with what ends.
    waiting = deque[http.client.HTTPConnection]()

    def connects_until_told_to_end() -> bool:
        if len(waiting) == WAITING:
            waiting.popleft().close()
        waiting.append(http.client.HTTPConnection(*address, timeout=30))
        waiting[-1].connect()
        return _state(engine, name) == "STOPPING"

    def ask_late() -> list[int]:
        wait_until(connects_until_told_to_end, f"{name} to be told to end", 60, pause=0.1)
        time.sleep(SLOW_SECONDS)  # the clients' slowness, not a wait for something
        return [_asked(client) for client in waiting]

    with ThreadPoolExecutor() as pool:
        answers = pool.submit(ask_late)
        engine.update(environment, [name], print)

    assert set(answers.result()) == {200}


def _asked(client: http.client.HTTPConnection) -> int:
    with closing(client):
        client.request("GET", "/health/live", headers={"Host": "localhost"})
        return client.getresponse().status


def _state(engine: EmbeddedEngine, name: str) -> object:
    return engine._supervisor.infos().get(name, {}).get("statename")


def test_what_cannot_start_does_not_take_the_place_of_what_serves(
    serving: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, environment = serving
    (before,) = (unit.pid for unit in engine.status() if unit.name == "user-service")
    with (
        asked_all_the_time(serving, "user-service") as wrong,
        _wrong_password(environment),
        pytest.raises(StartFailed, match="authentication"),
    ):
        engine.update(environment, ["user-service"], print)

    assert wrong == []
    assert [u.pid for u in engine.status() if u.name == "user-service"] == [before]


def test_a_new_port_that_is_anothers_is_refused_before_anything_changes(
    serving: Running, edit: Edit
) -> None:
    engine, environment = serving
    before = engine.status()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as another stack's would be
        other.bind(("127.0.0.1", 0))
        other.listen()
        edit(environment.stack.root_env, PORT, str(other.getsockname()[1]))
        try:
            with pytest.raises(HdmsError, match=f"held by pid {os.getpid()}"):
                synchronise.make_plan(engine)
        finally:
            edit(environment.stack.root_env, PORT, environment[PORT])

    assert [unit.pid for unit in engine.status()] == [unit.pid for unit in before]


def test_a_service_with_a_new_port_restarts_and_says_so(serving: Running, edit: Edit) -> None:
    engine, environment = serving
    (port,) = free_ports(1)
    edit(environment.stack.root_env, PORT, str(port))
    try:
        plan = synchronise.make_plan(engine)
        synchronise.carry_out(plan, engine, print)
        address = engine.address(load(engine.stack), "user-service")

        assert plan.lines() == [f"user-service restarts ({PORT})"]
        assert connections.http_get(address, "/health/live")[0] == 200
        assert address[1] == port
    finally:
        edit(environment.stack.root_env, PORT, environment[PORT])
        synchronise.carry_out(synchronise.make_plan(engine), engine, print)


@contextmanager
def _wrong_password(environment: Environment) -> Iterator[None]:
    path = environment.stack.service_env("user-service")
    right = path.read_text()
    lines = right.splitlines()
    path.write_text("\n".join(["DB_PASSWORD=x" if "DB_PASSWORD=" in x else x for x in lines]))
    try:
        yield
    finally:
        path.write_text(right)
