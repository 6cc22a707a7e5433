"""A service that asks for the directory is told of everybody, and when that was all."""

import json

from apps.accounts.models import User
from apps.people.consumers import tell_all
from apps.people.models import Department
from apps.people.services.departments import change
from hdms_django.events import Received
from hdms_testing.events import message


def test_who_asks_is_told_of_each_department_and_person_and_when_that_was_all(
    admin: User, finance: Department
) -> None:
    change(finance.pk, {"head": admin.pk}, by=admin.pk)
    wanted = message("directory.wanted", subject=["directory", "ticket-service"])
    received = Received.parse(json.dumps(wanted).encode(), "ticket-service")

    tell_all(received)

    assert {queue for queue, _ in received.answers} == {"events.ticket-service"}
    told = [answer for _, answer in received.answers]
    assert [each["type"] for each in told if each["type"] != "person.told"] == [
        "department.told",
        "directory.told",
    ]
    assert told[-1]["type"] == "directory.told"
    (ada,) = [t["after"] for t in told if t["subject"] == ["person", str(admin.pk)]]
    assert (ada["role"], ada["heads"]) == ("admin", [finance.pk])


def test_asked_once_more_by_the_same_event_it_tells_the_same(admin: User) -> None:
    wanted = json.dumps(message("directory.wanted")).encode()
    first, again = (Received.parse(wanted, "ticket-service") for _ in range(2))

    tell_all(first)
    tell_all(again)

    assert [told["id"] for _, told in first.answers] == [told["id"] for _, told in again.answers]
