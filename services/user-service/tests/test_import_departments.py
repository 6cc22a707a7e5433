"""POST /api/people/imports/?kind=departments"""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.people.models import Department
from hdms_django.events.models import Event

URL = "/api/people/imports/"
SignedIn = Callable[[User], APIClient]
HEADER = "code,name,parent,head,is_open\r\n"


def upload(client: APIClient, content: str) -> Any:
    return client.post(f"{URL}?kind=departments", content.encode(), content_type="text/csv")


def commit(client: APIClient, made: Any) -> Any:
    return client.post(f"{URL}{made.json()['id']}/commit/", {})


def faults(client: APIClient, made: Any) -> list[tuple[int, int, str]]:
    found = client.get(f"{URL}{made.json()['id']}/lines/").json()["results"]
    return [
        (fault["line"], fault["column"], fault["name"])
        for line in found
        for fault in line["faults"]
    ]


def test_a_department_may_stand_before_the_one_that_it_is_below(
    admin: User, alice: User, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    content = f"{HEADER}PAY,Payroll,fin,ALICE,yes\r\nFIN,Finance,,,no\r\n"

    done = commit(client, upload(client, content))

    assert done.status_code == 200
    payroll = Department.objects.select_related("parent", "head").get(code="PAY")
    assert payroll.parent
    assert (payroll.parent.code, payroll.parent.is_open, payroll.head) == ("FIN", False, alice)
    made = Event.objects.filter(type="department.made").latest("position")
    assert (made.subject_id, made.by) == (str(payroll.pk), admin.pk)
    assert upload(client, content).json()["counts"]["same"] == 2


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("A,A,B,,\r\nB,B,A,,\r\n", [(2, 3, "parent"), (3, 3, "parent")]),  # a circle
        ("A,A,A,,\r\n", [(2, 3, "parent")]),
        ("A,A,,,\r\nB,B,A,,\r\nC,C,B,,\r\n", [(3, 3, "parent"), (4, 3, "parent")]),
        ("A,A,NONE,,\r\n", [(2, 3, "parent")]),
        ("A,,,,\r\nB,B,A,,\r\n", [(2, 2, "name"), (3, 3, "parent")]),
        ("A,A,,mallory,\r\n", [(2, 4, "head")]),
        ("A,A,,,perhaps\r\n", [(2, 5, "is_open")]),
        ("A,A,,,\r\na,Again,,,\r\n", [(3, 1, "code")]),
        ("A,A,,E-1 E-2,\r\n", [(2, 4, "head")]),
    ],
)
def test_a_fault_names_line_and_column_and_nothing_changes(
    admin: User, mallory: User, signed_in: SignedIn, content: str, where: list[tuple[int, int, str]]
) -> None:
    client = signed_in(admin)

    made = upload(client, HEADER + content)

    assert faults(client, made) == where
    assert commit(client, made).status_code == 409
    assert not Department.objects.exists()


def test_an_export_imports_again_and_changes_nothing(
    admin: User, finance: Department, signed_in: SignedIn
) -> None:
    client = signed_in(admin)
    commit(client, upload(client, f"{HEADER}PAY,@Payroll,FIN,ada,\r\n".replace("@", "'@")))

    exported = client.get("/api/departments/export/").content.decode()

    assert "'@Payroll" in exported
    assert upload(client, exported).json()["counts"] == {
        "make": 0,
        "change": 0,
        "same": 2,
        "fault": 0,
    }
