"""Events are recorded with the change they tell of, stay as they are, and are sent."""

import json
import time
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import RequestFactory
from pika.adapters.blocking_connection import BlockingChannel
from pytest_django import Settings

from hdms_django.connectivity import pgbouncer
from hdms_django.events import broker, look_again, origin, record
from hdms_django.events.models import Event, Outbox
from hdms_django.events.relay import send_waiting
from hdms_testing.waiting import wait_until


@pytest.fixture
def type(own_connections: None) -> str:
    """A type of events that only one test has."""
    return f"trial.{uuid.uuid4().hex}"


@pytest.fixture
def sent(type: str) -> Iterator[BlockingChannel]:
    """A channel whose queue `type` gets what is sent of this type."""
    with broker.channel_for("test") as channel:
        broker.declare_exchange(channel)
        channel.queue_declare(type, exclusive=True)
        channel.queue_bind(type, broker.EXCHANGE, type)
        yield channel


def test_an_event_goes_with_the_change_that_is_undone(type: str) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        record(type, ("trial", 1), by=7)
        raise LookupError

    assert not Event.objects.filter(type=type).exists()


def test_outside_of_a_transaction_nothing_is_recorded(type: str) -> None:
    with pytest.raises(transaction.TransactionManagementError, match="outside of a transaction"):
        record(type, ("trial", 1), by=7)

    assert not Event.objects.filter(type=type).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'another' WHERE type = %s",
        "DELETE FROM event WHERE type = %s",
        "TRUNCATE event -- %s",
    ],
)
def test_the_database_changes_and_deletes_no_event(type: str, statement: str) -> None:
    with transaction.atomic():
        record(type, ("trial", 1), by=7, reason="as it was")

    with pytest.raises((ProgrammingError, InternalError)), connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", f"'{type}'"))
    assert Event.objects.get(type=type).reason == "as it was"


def test_the_worker_sends_what_is_committed_in_its_order(sent: BlockingChannel, type: str) -> None:
    for number in range(100):
        with transaction.atomic():
            record(type, ("trial", 1), by=7, after={"number": number})

    wait_until(lambda: not Outbox.objects.filter(event__type=type).exists())
    messages = [sent.basic_get(type, auto_ack=True) for _ in range(100)]
    assert [json.loads(body)["after"]["number"] for _, _, body in messages] == list(range(100))
    assert {properties.app_id for _, properties, _ in messages} == {settings.SERVICE}


def test_what_nobody_gave_a_hint_of_is_sent_too(sent: BlockingChannel, type: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event (id, type, schema, subject_kind, subject_id, at, reason, request_id)"
            " VALUES (%s, %s, 1, 'trial', '1', now(), '', '')",
            [uuid.uuid4(), type],
        )

    wait_until(lambda: sent.basic_get(type, auto_ack=True)[0] is not None)


def test_a_commit_ends_the_relays_wait(type: str, settings: Settings) -> None:
    settings.SERVICE = type  # whose events nobody else gives hints of
    hints = look_again.Hints()
    hints.wait(0, otherwise=pytest.fail)  # it listens from now on
    with transaction.atomic():
        record(type, ("trial", 1), by=7)
    begin = time.monotonic()

    hints.wait(30, otherwise=pytest.fail)

    assert time.monotonic() - begin < 15


def test_without_redis_the_relay_waits_otherwise(
    own_connections: None, settings: Settings, closed_port: str
) -> None:
    settings.CACHES = {"default": {"LOCATION": f"redis://127.0.0.1:{closed_port}/0"}}
    waited: list[float] = []
    hints = look_again.Hints()
    hints.wait(0.5, otherwise=waited.append)

    hints.wait(0.5, otherwise=waited.append)

    assert waited == [0.5, 0.5]


def test_while_another_relay_works_this_one_waits(sent: BlockingChannel, type: str) -> None:
    with psycopg.connect(**pgbouncer.parameters(5)) as other, other.transaction():
        other.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"hdms-relay:{settings.SERVICE}"]
        )
        with transaction.atomic():
            record(type, ("trial", 1), by=None)

        assert send_waiting(sent) == 0
    wait_until(lambda: not Outbox.objects.filter(event__type=type).exists())


@pytest.mark.parametrize(
    ("forwarded", "noted"),
    [
        ("", "127.0.0.1"),
        ("198.51.100.7", "198.51.100.7"),
        ("10.0.0.1, 198.51.100.7", "198.51.100.7"),  # the first is what the client claims
        ("2001:db8::7", "2001:db8::7"),
        ("nonsense", None),
    ],
)
def test_an_event_knows_from_where_it_was_caused(
    type: str, forwarded: str, noted: str | None
) -> None:
    def answer(request: object) -> None:
        with transaction.atomic():
            record(type, ("trial", 1), by=7)

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    origin.middleware(answer)(RequestFactory().get("/", headers=headers))

    assert Event.objects.get(type=type).address == noted
