"""200 clients of a pool of 25 connections."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from conftest import Whole

from hdms.catalog import find_service
from hdms.components.postgres import database
from hdms.load.user import User

CLIENTS = 200
POOL = 25
USER_SERVICE = find_service("user-service")


@contextmanager
def counting(whole: Whole) -> Iterator[list[int]]:
    """Collect how many connections PostgreSQL has of user-service's role."""
    counted: list[int] = []
    ended = threading.Event()
    count = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"

    def go_on() -> None:
        while not ended.wait(0.05):
            address = whole.address("pgbouncer")
            with database(whole.environment, address) as db:
                row = db.execute(count, (USER_SERVICE.role,)).fetchone()
                counted.append(row[0] if row else 0)

    thread = threading.Thread(target=go_on)
    thread.start()
    yield counted
    ended.set()
    thread.join()


def test_of_the_database_all_get_an_answer_from_25_connections(whole: Whole) -> None:
    assert int(whole.environment["PGBOUNCER_POOL_SIZE"]) == POOL
    host, port = whole.address("pgbouncer")
    start = threading.Barrier(CLIENTS, timeout=60)

    def query(number: int) -> int:
        with psycopg.connect(
            host=host,
            port=port,
            dbname=whole.environment["POSTGRES_DB"],
            user=USER_SERVICE.role,
            password=whole.environment[USER_SERVICE.password_variable],
            prepare_threshold=None,
        ) as connection:
            start.wait()
            for _ in range(3):
                row = connection.execute("SELECT %s, pg_sleep(0.05)", (number,)).fetchone()
                connection.commit()
            return int(row[0]) if row else -1

    with counting(whole) as counted, ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(query, range(CLIENTS)))

    assert answers == list(range(CLIENTS))
    assert POOL / 2 < max(counted) <= POOL


def test_of_a_service_all_get_an_answer(whole: Whole, new_user: Callable[[], User]) -> None:
    users = [new_user() for _ in range(4)]  # each may ask 100 times a second

    def ask(number: int) -> str:
        answer = users[number % 4].get("user-service", "/api/accounts/me")
        return str(answer["username"])

    with counting(whole) as counted, ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(ask, range(CLIENTS)))

    assert len(set(answers)) == 4
    assert max(counted) <= POOL
