"""The copy of people and departments that this service keeps: user-service tells of them."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pika.adapters.blocking_connection import BlockingChannel

from hdms_django.directory import asking
from hdms_django.directory.models import Copy, Department, Person
from hdms_django.events import broker
from hdms_django.events.models import Event
from hdms_testing.directory import department, person
from hdms_testing.events import deliver, message
from hdms_testing.waiting import wait_until


@pytest.fixture
def channel(own_connections: None) -> Iterator[BlockingChannel]:
    with broker.channel_for("test") as made:
        yield made


@pytest.fixture
def some_id() -> int:
    """An id that no other test has."""
    return secrets.randbelow(10**12)


def tell(channel: BlockingChannel, type: str, state: dict[str, Any]) -> None:
    deliver(channel, message(type, after=state))


def test_a_person_is_kept_as_they_are_now(channel: BlockingChannel, some_id: int) -> None:
    tell(channel, "person.registered", person(some_id))
    tell(channel, "person.changed", person(some_id, version=2, role="moderator", departments=[7]))
    wait_until(lambda: Person.objects.filter(id=some_id, version=2).exists())

    kept = Person.objects.get(id=some_id)
    assert (kept.name, kept.role, kept.departments) == (f"Somebody {some_id}", "moderator", [7])

    tell(channel, "person.deactivated", person(some_id, version=3, is_active=False))
    wait_until(lambda: Person.objects.filter(id=some_id, is_active=False).exists())


def test_an_older_state_that_comes_later_changes_nothing(
    channel: BlockingChannel, some_id: int
) -> None:
    tell(channel, "department.changed", department(some_id, version=5, name="New", head=3))
    tell(channel, "department.made", department(some_id, name="Old"))
    tell(channel, "department.made", department(some_id + 1))
    wait_until(lambda: Department.objects.filter(id=some_id + 1).exists())

    kept = Department.objects.get(id=some_id)
    assert (kept.name, kept.head_id, kept.version) == ("New", 3, 5)


def test_user_service_is_asked_until_it_has_told_all(channel: BlockingChannel) -> None:
    asked = Event.objects.filter(type=asking.WANTED).count()

    asking.forget()
    wait_until(lambda: Event.objects.filter(type=asking.WANTED).count() > asked)
    tell(channel, "directory.told", {})
    wait_until(lambda: Copy.only().complete_at is not None)

    asked = Event.objects.filter(type=asking.WANTED).count()
    assert asking.ask_if_incomplete()
    assert Event.objects.filter(type=asking.WANTED).count() == asked


def test_of_two_workers_one_asks(own_connections: None) -> None:
    Copy.objects.update_or_create(pk=1, defaults={"complete_at": None, "asked_at": timezone.now()})
    asked = Event.objects.filter(type=asking.WANTED).count()

    assert not asking.ask_if_incomplete()
    assert Event.objects.filter(type=asking.WANTED).count() == asked
