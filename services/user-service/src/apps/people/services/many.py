"""The moves of `persons.py` for hundreds of people at once, as an import makes them.

The same rules, locks and events, with as many statements for many people as for a few. Whoever
calls has checked what can be wrong, under the locks of the people and departments concerned.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import prefetch_related_objects

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services.records import (
    State,
    changed,
    department_event,
    department_state,
    person_state,
)
from hdms_django.events import record_all
from hdms_django.identity_key import identity_key

Asked = Mapping[str, Any]
_Membership = Department.members.through


def register_many(asked: Iterable[Asked], *, by: int) -> None:
    """Make people, who cannot sign in yet.

    Args:
        asked: for each the fields of the model, and `departments`, ids.
    """
    asked = list(asked)
    people = [User(**_plain(each), password=make_password(None)) for each in asked]
    User.objects.bulk_create(people)
    _let_in(
        (person, each.get("departments", ())) for person, each in zip(people, asked, strict=True)
    )
    record_all(
        {
            "type": "person.registered",
            "subject": ("person", state["id"]),
            "by": by,
            "after": state,
        }
        for state in _states(people)
    )


def change_many(asked: Sequence[tuple[User, Asked]], *, by: int) -> None:
    """Change people as `persons.change`, `.deactivate` and `.reactivate` do.

    Args:
        asked: locked people and what is to be different of each.
    """
    people = [person for person, _ in asked]
    before = _states(people)
    for person, changes in asked:
        for name, value in _plain(changes).items():
            setattr(person, name, value)
        person.email_key = identity_key(person.email)
        person.version += 1
    names = {name for _, changes in asked for name in _plain(changes)}
    User.objects.bulk_update(people, sorted(names | {"email_key", "version"}))
    moved = [
        (person, changes["departments"]) for person, changes in asked if "departments" in changes
    ]
    _Membership.objects.filter(user__in=[person for person, _ in moved]).delete()
    _let_in(moved)
    _leave_headless(people, by=by)
    record_all(
        {
            "type": f"person.{_kind(was, state)}",
            "subject": ("person", state["id"]),
            "by": by,
            "before": changed(was, state),
            "after": state,
        }
        for was, state in zip(before, _states(people), strict=True)
    )


def _plain(asked: Asked) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name != "departments"}


def _states(people: Sequence[User]) -> list[State]:
    """The people's states, with what the database now says of their departments."""
    for person in people:
        person._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    prefetch_related_objects(people, "departments", "headed")
    return [person_state(person) for person in people]


def _let_in(wanted: Iterable[tuple[User, Iterable[int]]]) -> None:
    _Membership.objects.bulk_create(
        _Membership(user_id=person.pk, department_id=department)
        for person, departments in wanted
        for department in departments
    )


def _leave_headless(people: Sequence[User], *, by: int) -> None:
    """Of these people, who is not active or belongs there no longer, heads it no longer."""
    headed = (
        Department.objects.filter(head__in=people).order_by("pk").select_for_update(of=("self",))
    )
    for department in headed.select_related("head").prefetch_related("members"):
        head = department.head
        if head and head.is_active and head in department.members.all():
            continue
        before = department_state(department)
        department.head = None
        department.save()
        department_event(department, before, by=by, reason="Its head has gone.")


def _kind(before: State, after: State) -> str:
    if before["is_active"] == after["is_active"]:
        return "changed"
    return "reactivated" if after["is_active"] else "deactivated"
