"""A restart of PostgreSQL by inv, under a steady load of queries through PgBouncer."""

import threading
from collections.abc import Iterator

import pytest
from conftest import InContainers, Running

from hdms.components.postgres import database
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.wait import wait_until


@pytest.fixture(params=["running", pytest.param("containers", marks=pytest.mark.nightly)])
def stack_under_load(request: pytest.FixtureRequest) -> Iterator[Running | InContainers]:
    yield request.getfixturevalue(request.param)


def test_no_query_fails_while_postgresql_restarts(
    stack_under_load: tuple[Engine, Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The toolkit's own clients hang up after 5 s, which a restart may take on a busy machine.
    monkeypatch.setattr("hdms.components.libpq.SECONDS", 60)
    engine, environment = stack_under_load
    address = engine.address(environment, "pgbouncer")
    ended = threading.Event()
    failures: list[Exception] = []
    answered = []

    def query() -> None:
        while not ended.is_set():
            try:
                with database(environment, address) as db:
                    answered.append(db.execute("SELECT 1").fetchone())
            except Exception as error:
                failures.append(error)

    clients = [threading.Thread(target=query) for _ in range(4)]
    for client in clients:
        client.start()
    wait_until(lambda: bool(answered or failures), "the first answer", 60)
    engine.restart(environment, "postgres", print)
    before = len(answered)
    while len(answered) < before + 20 and not failures:
        ended.wait(0.01)
    ended.set()
    for client in clients:
        client.join()

    assert failures == []
