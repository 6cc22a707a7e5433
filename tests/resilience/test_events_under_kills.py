"""10,000 events, while all that they pass through is killed in turn: each takes effect once."""

import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import psycopg
from conftest import Whole

from hdms.catalog import EVENT_WORKERS, find_service
from hdms.components.postgres import database
from hdms.faults.kinds import is_new
from hdms.wait import wait_until

EVENTS = 10_000
OBJECTS = 100
SENDER = "user-service"
KILLED = ("user-worker", "rabbitmq", "ticket-worker", "pgbouncer", "file-events", "postgres")
CALM_SECONDS = 2.0
PATIENCE_SECONDS = 300.0

INSERT = (
    "INSERT INTO {schema}.event"
    " (id, type, schema, subject_kind, subject_id, at, after, reason, request_id)"
    " VALUES (%s, 'events.proven', 1, 'proof', %s, now(), '{{}}', '', '')"
)
COUNT = "SELECT count(*) FROM {schema}.event_proof WHERE subject LIKE %s"
FOUND = "SELECT event_id, subject, position FROM {schema}.event_proof WHERE subject LIKE %s"


def rows(whole: Whole, query: str, service: str, run: str) -> list[tuple[object, ...]]:
    """Return what a query finds of a run in a service's schema."""
    schema = find_service(service).role
    with database(whole.environment, whole.address("pgbouncer")) as db:
        return db.execute(query.format(schema=schema), (f"{run}-%",)).fetchall()


def record_all(whole: Whole, run: str) -> list[str]:
    """Record the events, as a service does; what is not acknowledged is tried again."""
    recorded: list[str] = []
    insert = INSERT.format(schema=find_service(SENDER).role)
    while len(recorded) < EVENTS:
        # Of one that failed nobody knows whether it is there: it has its id, and counts once.
        identity = str(uuid.uuid4())
        while True:
            try:
                with database(whole.environment, whole.address("pgbouncer")) as db:
                    db.autocommit = True
                    while len(recorded) < EVENTS:
                        db.execute(insert, (identity, f"{run}-{len(recorded) % OBJECTS}"))
                        recorded.append(identity)
                        identity = str(uuid.uuid4())
                break
            except psycopg.errors.UniqueViolation:
                recorded.append(identity)
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
    return recorded


def kill(whole: Whole, name: str) -> None:
    begin = time.monotonic()

    def is_back() -> bool:
        return is_new(whole.engine, name, begin) and whole.engine.is_ready(whole.environment, name)

    whole.engine.kill(name)
    wait_until(is_back, f"{name} to be back", PATIENCE_SECONDS)


@contextmanager
def killing(whole: Whole) -> Iterator[list[str]]:
    """Meanwhile kill one after the other, each once the one before is back."""
    killed: list[str] = []
    ended = threading.Event()

    def go_on() -> None:
        for name in cycle(KILLED):
            if ended.wait(CALM_SECONDS):
                return
            kill(whole, name)
            killed.append(name)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join()


def test_each_event_takes_effect_once_in_its_order_whatever_is_killed(whole: Whole) -> None:
    run = secrets.token_hex(4)
    with killing(whole) as killed:
        recorded = record_all(whole, run)
        wait_until(lambda: set(KILLED) <= set(killed), "each to be killed", PATIENCE_SECONDS)

    def all_are_there() -> bool:
        counts = [rows(whole, COUNT, service, run) for service in EVENT_WORKERS]
        return all(count == [(EVENTS,)] for count in counts)

    wait_until(all_are_there, "all effects", PATIENCE_SECONDS)
    for service in EVENT_WORKERS:
        found = rows(whole, f"{FOUND} ORDER BY id", service, run)
        assert sorted(str(identity) for identity, _, _ in found) == sorted(recorded)
        for number in range(OBJECTS):
            positions = [position for _, at, position in found if at == f"{run}-{number}"]
            assert positions == sorted(positions), f"{service}, object {number}"
    print(f"{EVENTS} events, {len(killed)} kills ({', '.join(killed)}): 0 lost, 0 doubled")
