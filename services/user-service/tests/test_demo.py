"""`manage.py demo`: what `inv demo` fills a development system with."""

import io
import json
from typing import Any

from django.core.management import call_command

from apps.accounts.models import User
from apps.demo.organisation import PEOPLE
from apps.people.models import Department
from hdms_django.events.models import Event

KINDS = {
    "administrator",
    "moderator",
    "analyst",
    "approver",
    "head of a department",
    "member of a department",
    "requester",
}


def demo(*options: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("demo", *options, stdout=said)
    told: dict[str, Any] = json.loads(said.getvalue())
    return told


def test_one_person_of_each_kind_can_sign_in(db: None) -> None:
    told = demo()

    assert told["registered"] == len(PEOPLE) == 62
    assert {each["kind"] for each in told["sign_ins"]} == KINDS
    for each in told["sign_ins"]:
        assert User.objects.get(employee_code=each["code"]).check_password(each["password"])


def test_each_department_has_a_head_of_its_own_people(db: None) -> None:
    demo()

    departments = Department.objects.filter(
        code__in=["DEV", "FIN", "PRC", "MNT", "IT", "ARC", "ADM"]
    )
    assert departments.count() == 7
    for department in departments:
        assert department.head in department.members.all()


def test_a_second_run_changes_nothing(db: None) -> None:
    first = demo()
    events = Event.objects.count()

    second = demo()

    assert (second["registered"], Event.objects.count()) == (0, events)
    assert second["sign_ins"] == first["sign_ins"]


def test_who_is_there_already_stays_as_they_are(db: None) -> None:
    told = demo()["sign_ins"][0]
    User.objects.filter(employee_code="E1020").delete()
    changed = User.objects.get(employee_code=told["code"])
    changed.set_password("one of their own")
    changed.first_name = "Renamed"
    changed.save()

    again = demo()

    assert again["registered"] == 1
    assert again["sign_ins"][0] == {**told, "name": "Renamed Qureshi", "password": None}


def test_a_system_that_is_in_use_is_left_alone_where_only_an_empty_one_is_to_be_filled(
    db: None,
) -> None:
    User.objects.create_user("somebody", "somebody@example.com")

    assert demo("--if-empty") == {"registered": 0, "sign_ins": []}
    assert demo()["registered"] == len(PEOPLE)
