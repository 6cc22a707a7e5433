"""Moves of people: helpdesk.md, "People"."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.people.services import locks
from apps.people.services.records import (
    department_event,
    department_state,
    person_event,
    person_state,
)
from hdms_django.events import record
from hdms_django.exceptions import Conflict
from hdms_django.identity import Role
from hdms_django.preconditions import ANY, IfMatch

LAST_ADMINISTRATOR = "This is the last active administrator: name another one first."


def register(
    employee_code: str,
    email: str,
    *,
    by: int | None = None,
    password: str | None = None,
    departments: Iterable[int] = (),
    **fields: Any,
) -> User:
    """Make a person; without a password they cannot sign in until they have set one.

    Args:
        by: the administrator who does it; None for who registers themselves.
        departments: the ids of those that they belong to.
        fields: the model's others.

    Raises:
        IntegrityError: the code or the address is somebody else's.
        Conflict: a department does not exist, or is closed to new members.
    """
    with transaction.atomic():
        person = User(employee_code=employee_code, email=email, **fields)
        person.set_password(password)
        person.save(force_insert=True)
        _belong(person, departments, by=by)
        record("person.registered", ("person", person.pk), by=by, after=person_state(person))
    return person


def change(
    person_id: int,
    changes: Mapping[str, Any],
    *,
    by: int | None,
    on: IfMatch = ANY,
    reason: str = "",
) -> User:
    """Change a person's fields, and where they belong (`departments`, ids).

    Raises:
        NotFound: there is no such person.
        PreconditionFailed: the change was made on another version.
        IntegrityError: the code or the address is somebody else's.
        Conflict: as of `register`; or the last active administrator would be none.
    """
    fields = {name: value for name, value in changes.items() if name != "departments"}
    with transaction.atomic():
        person = locks.person(person_id, administrators="role" in fields)
        on.require(person.version)
        before = person_state(person)
        _require_another_administrator(person, stays=fields.get("role", person.role) == Role.ADMIN)
        for name, value in fields.items():
            setattr(person, name, value)
        person.save()
        if "departments" in changes:
            _belong(person, changes["departments"], by=by)
        person_event("changed", person, before, by=by, reason=reason)
    return person


def deactivate(person_id: int, *, by: int | None, on: IfMatch = ANY, reason: str = "") -> User:
    """Let a person in no longer. The departments that they head have no head then.

    Raises:
        NotFound, PreconditionFailed, Conflict: as of `change`.
    """
    with transaction.atomic():
        person = locks.person(person_id, administrators=True)
        on.require(person.version)
        _require_another_administrator(person, stays=False)
        before = person_state(person)
        person.is_active = False
        person.save()
        _leave_headless(person, [department.pk for department in person.headed.all()], by=by)
        person_event("deactivated", person, before, by=by, reason=reason)
    return person


def reactivate(person_id: int, *, by: int | None, on: IfMatch = ANY, reason: str = "") -> User:
    """Let a person in again, as what they were, but as nobody's head.

    Raises:
        NotFound, PreconditionFailed: as of `change`.
    """
    with transaction.atomic():
        person = locks.person(person_id)
        on.require(person.version)
        before = person_state(person)
        person.is_active = True
        person.save()
        person_event("reactivated", person, before, by=by, reason=reason)
    return person


def _require_another_administrator(person: User, *, stays: bool) -> None:
    """Refuse what would leave nobody to manage people; all administrators are locked by now."""
    if not person.is_administrator or stays:
        return
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise Conflict({"role": [LAST_ADMINISTRATOR]})


def _belong(person: User, wanted: Iterable[int], *, by: int | None) -> None:
    """Let a locked person belong to these departments and no others."""
    former, wanted = {department.pk for department in person.departments.all()}, set(wanted)
    if former == wanted:
        return
    found = locks.departments(former | wanted)
    for new in wanted - former:
        if new not in found:
            raise Conflict({"departments": [f"There is no department {new}."]})
        if not found[new].is_open:
            raise Conflict({"departments": [f"{found[new]} is closed to new members."]})
    _leave_headless(person, former - wanted, by=by)
    person.departments.set(wanted)


def _leave_headless(person: User, departments: Iterable[int], *, by: int | None) -> None:
    """Whoever goes heads them no longer."""
    for department in locks.departments(departments).values():
        if department.head_id == person.pk:
            before = department_state(department)
            department.head = None
            department.save()
            department_event(department, before, by=by, reason="Its head has gone.")
