"""Moves of departments: helpdesk.md, "People"."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from rest_framework.exceptions import NotFound

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services import locks
from apps.people.services.records import (
    department_event,
    department_state,
    person_event,
    person_state,
)
from hdms_django.events import record
from hdms_django.exceptions import Conflict
from hdms_django.preconditions import ANY, IfMatch, PreconditionFailed

RELATED = ("head", "parent")


def make(fields: Mapping[str, Any], *, by: int | None) -> Department:
    """Make a department; `parent` and `head` are ids.

    Raises:
        IntegrityError: the code is another's.
        Conflict: the head is not active, or does not exist; so the parent, or it has one itself.
    """
    with transaction.atomic():
        people = locks.people(_ids(fields.get("head")))
        department = Department(**_plain(fields))
        _put_below(department, fields.get("parent"))
        department.save(force_insert=True)
        _name_head(department, fields.get("head"), people, by=by)
        state = department_state(department)
        record("department.made", ("department", department.pk), by=by, after=state)
    return department


def change(
    department_id: int,
    changes: Mapping[str, Any],
    *,
    by: int | None,
    on: IfMatch = ANY,
    reason: str = "",
) -> Department:
    """Change a department's fields, its `parent` and its `head` (ids, or None).

    Raises:
        NotFound: there is no such department.
        PreconditionFailed: the change was made on another version.
        IntegrityError, Conflict: as of `make`.
    """
    with transaction.atomic():
        seen = Department.objects.filter(pk=department_id).first()
        if seen is None:
            raise NotFound("There is no such department.")
        people = locks.people(_ids(changes.get("head"), seen.head_id)) if "head" in changes else {}
        department = locks.departments(_ids(department_id, changes.get("parent")))[department_id]
        on.require(department.version)
        if "head" in changes and department.head_id not in (None, *people):
            raise PreconditionFailed("Another head was named at this moment; look again.")
        before = department_state(department)
        for name, value in _plain(changes).items():
            setattr(department, name, value)
        if "parent" in changes:
            _put_below(department, changes["parent"])
        department.save()
        if "head" in changes and changes["head"] != department.head_id:
            _name_head(department, changes["head"], people, by=by)
        department_event(department, before, by=by, reason=reason)
    return department


def _ids(*ids: int | None) -> list[int]:
    return [each for each in ids if each is not None]


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in RELATED}


def _put_below(department: Department, parent_id: int | None) -> None:
    """Give a department its parent; both are locked, so that neither gets another meanwhile."""
    if parent_id is None:
        department.parent = None
        return
    parent = locks.departments([parent_id]).get(parent_id)
    if parent is None:
        raise Conflict({"parent": ["There is no such department."]})
    if parent.pk == department.pk or parent.parent_id is not None:
        raise Conflict({"parent": [f"{parent} is below a department itself, or is this one."]})
    if department.pk and department.children.exists():
        raise Conflict({"parent": ["It has departments below it: the tree has one level."]})
    department.parent = parent


def _name_head(
    department: Department, head_id: int | None, people: Mapping[int, User], *, by: int | None
) -> None:
    """Name a head, who then belongs to the department, and tell of both people's change."""
    if head_id is not None and not (head_id in people and people[head_id].is_active):
        raise Conflict({"head": ["There is no such active person."]})
    before = {person.pk: person_state(person) for person in people.values()}
    head = None if head_id is None else people[head_id]
    if head is not None:
        _let_in(department, head)
    department.head = head
    department.save(update_fields=["head"])
    for person in people.values():
        person_event("changed", person, before[person.pk], by=by)


def _let_in(department: Department, person: User) -> None:
    if department.members.filter(pk=person.pk).exists():
        return
    if not department.is_open:
        raise Conflict({"head": [f"{department} is closed to new members."]})
    department.members.add(person)
