"""The events that tell the other services of people and departments.

Each holds the whole state (but nothing secret): of two that are out of order, the one with the
greater `version` is right.
"""

from typing import Any

from apps.accounts.models import User
from apps.people.models import Department
from hdms_django.events import record

State = dict[str, Any]


def person_state(person: User) -> State:
    """All that the other services may know of a person, as JSON."""
    return {
        "id": person.pk,
        "employee_code": person.employee_code,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.name,
        "phone": person.phone,
        "language": str(person.language),
        "time_zone": person.time_zone,
        "role": str(person.role),
        "is_approver": person.is_approver,
        "is_active": person.is_active,
        "departments": sorted(department.pk for department in person.departments.all()),
        "heads": sorted(department.pk for department in person.headed.all()),
        "version": person.version,
    }


def department_state(department: Department) -> State:
    """All that the other services may know of a department, as JSON."""
    return {
        "id": department.pk,
        "code": department.code,
        "name": department.name,
        "parent": department.parent_id,
        "head": department.head_id,
        "is_open": department.is_open,
        "may_request_approval": department.may_request_approval,
        "version": department.version,
    }


def changed(before: State, after: State) -> State:
    """Of a former state what is different now; the version alone is no difference."""
    return {
        name: value
        for name, value in before.items()
        if name != "version" and value != after.get(name)
    }


def person_event(
    kind: str, person: User, before: State, *, by: int | None, reason: str = ""
) -> None:
    """Give a locked person that differs from `before` a new version, and record it."""
    difference = changed(before, person_state(person))
    if not difference:
        return
    person.version += 1
    person.save(update_fields=["version"])
    record(
        f"person.{kind}",
        ("person", person.pk),
        by=by,
        before=difference,
        after=person_state(person),
        reason=reason,
    )


def department_event(
    department: Department, before: State, *, by: int | None, reason: str = ""
) -> None:
    """Give a locked department that differs from `before` a new version, and record it."""
    difference = changed(before, department_state(department))
    if not difference:
        return
    department.version += 1
    department.save(update_fields=["version"])
    record(
        "department.changed",
        ("department", department.pk),
        by=by,
        before=difference,
        after=department_state(department),
        reason=reason,
    )
