"""What becomes of events that a service receives."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from pika.adapters.blocking_connection import BlockingChannel
from pytest_django import Settings

from hdms_django.events import Received, broker, effect, effects
from hdms_django.events.dead_letters import dead_letters, replay
from hdms_django.events.queues import dead_letters_of, queue_of
from hdms_testing.events import consumer_running, deliver, message
from hdms_testing.waiting import wait_until

Register = Callable[[effects.Effect], str]


@pytest.fixture
def channel(own_connections: None, settings: Settings) -> Iterator[BlockingChannel]:
    """A channel, in a service that nobody else is: its queues are this test's."""
    settings.SERVICE = f"trial-{uuid.uuid4().hex}"
    with broker.channel_for("test") as made:
        broker.declare_queue(made, [])
        yield made
        made.queue_delete(queue_of(settings.SERVICE))
        made.queue_delete(dead_letters_of(settings.SERVICE))


@pytest.fixture
def has_effect(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers an effect for events of a type of its own, which it returns."""

    def register(function: effects.Effect) -> str:
        type = f"trial.{uuid.uuid4().hex}"
        monkeypatch.setitem(effects._effects, type, (1, function))
        return type

    return register


def test_an_event_that_comes_twice_has_one_effect(
    channel: BlockingChannel, has_effect: Register
) -> None:
    seen: list[Received] = []
    event = message(has_effect(seen.append))
    last = message(event["type"])
    with consumer_running():
        for each in (event, event, last):
            deliver(channel, each)
        wait_until(lambda: len(seen) > 1)

    assert [str(received.id) for received in seen] == [event["id"], last["id"]]


def test_events_take_effect_in_their_order(channel: BlockingChannel, has_effect: Register) -> None:
    seen: list[int] = []
    type = has_effect(lambda received: seen.append(received.position))
    for position in range(100):
        deliver(channel, message(type, position=position))
    with consumer_running():
        wait_until(lambda: len(seen) == 100)

    assert seen == list(range(100))


def test_what_can_take_no_effect_is_put_aside_with_the_reason_and_the_rest_goes_on(
    channel: BlockingChannel, has_effect: Register
) -> None:
    seen: list[Received] = []

    def fail(received: Received) -> None:
        raise ZeroDivisionError("the poison")

    good = has_effect(seen.append)
    newer, poison = message(good, schema=2), message(has_effect(fail))
    with consumer_running():
        for each in (b"\0", b"[]", newer, poison, message(good)):
            deliver(channel, each)
        wait_until(lambda: len(seen) == 1)

    nothing, no_event, too_new, failed = dead_letters()
    assert nothing.reason.startswith("it is no event: JSONDecodeError")
    assert no_event.reason.startswith("it is no event: TypeError")
    assert (too_new.id, too_new.sender) == (newer["id"], "ticket-service")
    assert "has schema 2, this service knows 1" in too_new.reason
    assert (failed.id, failed.reason) == (poison["id"], "ZeroDivisionError: the poison")


def test_a_dead_event_takes_effect_once_its_cause_is_gone(
    channel: BlockingChannel, has_effect: Register
) -> None:
    seen: list[Received] = []
    broken = [True]

    def mended_later(received: Received) -> None:
        if broken:
            raise RuntimeError("not yet")
        seen.append(received)

    event = message(has_effect(mended_later))
    with consumer_running():
        deliver(channel, event)
        wait_until(lambda: len(dead_letters()) == 1)
        broken.clear()

        assert replay(event["id"])
        wait_until(lambda: len(seen) == 1)
    assert dead_letters() == []
    assert not replay(event["id"])


def test_what_was_not_done_when_a_worker_stopped_the_next_one_does(
    channel: BlockingChannel, has_effect: Register
) -> None:
    tried: list[str] = []
    stop: list[Callable[[], None]] = []

    def too_late(received: Received) -> None:
        tried.append("tried")
        if stop:
            stop.pop()()
            raise RuntimeError("stopped on the way")
        tried.append("done")

    event = message(has_effect(too_late))
    with consumer_running() as first:
        stop.append(first.stopping.set)
        deliver(channel, event)
        wait_until(lambda: bool(tried))
    with consumer_running():
        wait_until(lambda: "done" in tried)

    assert tried == ["tried", "tried", "done"]
    assert dead_letters() == []


def test_what_comes_before_the_migrations_waits_for_them(
    channel: BlockingChannel, has_effect: Register
) -> None:
    tried: list[str] = []

    def needs_a_table(received: Received) -> None:
        tried.append("tried")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1" if len(tried) > 5 else "SELECT 1 FROM nowhere")
        tried.append("done")

    with consumer_running():
        deliver(channel, message(has_effect(needs_a_table)))
        wait_until(lambda: "done" in tried)

    assert dead_letters() == []


def test_a_queue_that_somebody_deletes_is_declared_anew(
    channel: BlockingChannel, has_effect: Register
) -> None:
    seen: list[Received] = []
    type = has_effect(seen.append)
    with consumer_running():
        deliver(channel, message(type))
        wait_until(lambda: len(seen) == 1)
        channel.queue_delete(queue_of(settings.SERVICE))

        def is_there_again() -> bool:
            with broker.channel_for("look") as look:
                try:
                    queue = queue_of(settings.SERVICE)
                    return bool(look.queue_declare(queue, passive=True).method.consumer_count)
                except broker.OUTAGES:
                    return False

        wait_until(is_there_again)
        deliver(channel, message(type))
        wait_until(lambda: len(seen) == 2)


def test_an_effect_is_registered_by_its_decorator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "_effects", {})

    @effect("trial.decorated")
    def happened(received: Received) -> None: ...

    assert effects.types() == ["trial.decorated"]
