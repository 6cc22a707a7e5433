"""Who may what: each cell of permissions.toml."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from signing_in import new_person

from apps.accounts.models import User
from apps.identity import access_tokens
from apps.identity.issuing import issue
from apps.imports import services
from apps.people.models import Department
from hdms_testing.permissions import STANDINGS, Cell, cells, operations

PASSWORD = "a-long-trial-pass-9"
FINANCE = b"code,name,parent,head,is_open\r\nPAY,Payroll,,,yes\r\n"


def somebody(kind: str, finance: Department) -> User:
    """Of this kind."""
    fields = {**STANDINGS.get(kind, {})}
    departments = fields.pop("departments", [])
    person = new_person(PASSWORD, **fields)
    if departments:
        person.departments.add(finance)
    if kind == "head":
        Department.objects.filter(pk=finance.pk).update(head=person)
    return person


def client_of(person: User) -> APIClient:
    """Signed in with a session, and as the front door tells of it."""
    client = APIClient()
    client.force_login(person)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue(person)}")
    return client


def asked(cell: Cell) -> dict[str, Any]:
    """What makes the request a right one."""
    if cell.operation == "POST /api/people/imports/":
        options = {"data": FINANCE, "content_type": "text/csv", "QUERY_STRING": "kind=departments"}
        return options
    person = {"employee_code": "E-77", "email": "e77@example.com"}
    tomorrow = timezone.now() + timedelta(days=1)
    bodies: dict[str, dict[str, Any]] = {
        "POST /api/accounts/access-tokens/": {
            "name": "CI",
            "scope": "read",
            "expires_at": tomorrow.isoformat(),
        },
        "POST /api/accounts/users": {
            "username": "E-77",
            "email": "e77@example.com",
            "password": PASSWORD,
        },
        "POST /api/departments/": {"code": "HR", "name": "People"},
        "PATCH /api/departments/{id}/": {"name": "Money"},
        "POST /api/people/": person,
        "PATCH /api/people/{id}/": {"first_name": "Alicia"},
        "PATCH /api/people/me/": {"phone": "+92 300 1234567"},
    }
    body = bodies.get(cell.operation) if cell.method != "GET" else None
    return {"data": body or None, "headers": {"If-Match": "*"}}


def test_every_operation_has_its_row() -> None:
    assert {cell.operation for cell in cells()} == operations()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_who_may_what(
    cell: Cell, admin: User, alice: User, mallory: User, finance: Department
) -> None:
    asker = somebody(cell.kind, finance)
    client = APIClient() if cell.kind == "nobody" else client_of(asker)
    objects: dict[str, Any] = {
        "/api/accounts/access-tokens/": lambda: access_tokens.make(
            asker if cell.whose == "own" else alice,
            name="CI",
            scope="read",
            expires_at=timezone.now() + timedelta(days=1),
        )[0],
        "/api/departments/": lambda: finance,
        "/api/people/imports/": lambda: services.upload("departments", FINANCE, by=admin),
        "/api/people/": lambda: mallory if "reactivate" in cell.path else alice,
    }
    place, is_of_one, _ = cell.path.partition("{")

    of = objects[place]().pk if is_of_one else ""
    assert cell.ask(client, of, **asked(cell)) == cell.answer
