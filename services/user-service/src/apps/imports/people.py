"""Lines of people: what each would do, and doing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.imports.cells import Codes, Fields, Planned, YesOrNo
from apps.people.models import Department
from apps.people.serializers import PersonSerializer
from apps.people.services import locks
from apps.people.services.many import change_many, register_many
from apps.people.services.persons import LAST_ADMINISTRATOR
from hdms_django.identity import Role
from hdms_django.identity_key import identity_key

KEY = "employee_code"
COLUMNS = (
    *(KEY, "email", "first_name", "last_name", "phone", "language", "time_zone"),
    *("role", "is_approver", "is_active", "departments"),
)


def fields() -> Fields:
    """Column -> what its cells must be."""
    form = PersonSerializer().fields
    own = {"is_approver": YesOrNo(), "is_active": YesOrNo(), "departments": Codes()}
    return {name: own.get(name) or form[name] for name in COLUMNS}


@dataclass(frozen=True)
class Present:
    """Who and what is there, as far as lines are about it; by identity key."""

    people: dict[str, User]
    owners: dict[str, int]  # of e-mail addresses
    departments: dict[str, Department]
    administrators: set[int]


def present(lines: Iterable[Planned], *, locked: bool) -> Present:
    """Read what the lines are about; `locked` until the transaction ends."""
    keys = {identity_key(line.said[KEY]) for line in lines if KEY in line.said}
    emails = {identity_key(line.said["email"]) for line in lines if "email" in line.said}
    concerned = User.objects.filter(
        Q(employee_code_key__in=keys) | Q(email_key__in=emails) | Q(role=Role.ADMIN, is_active=True)
    )
    people: Iterable[User] = _read(concerned)
    departments: Iterable[Department] = Department.objects.all()
    if locked:
        locks.people([person.pk for person in people], administrators=True)
        people = _read(concerned)
        departments = locks.departments(department.pk for department in departments).values()
    return Present(
        {str(person.employee_code_key): person for person in people},
        {str(person.email_key): person.pk for person in people},
        {str(department.code_key): department for department in departments},
        {person.pk for person in people if person.is_administrator},
    )


def _read(people: QuerySet[User]) -> list[User]:
    return list(people.all().prefetch_related("departments"))


def plan(lines: Sequence[Planned], now: Present) -> None:
    """Say of each line what it would change, and what is wrong with it."""
    seen: dict[tuple[str, str], int] = {}
    administrators = set(now.administrators)
    for line in lines:
        for name in (KEY, "email"):
            _require_once(line, name, seen)
        if not line.faults:
            _plan_one(line, now, administrators)


def _require_once(line: Planned, name: str, seen: dict[tuple[str, str], int]) -> None:
    if name in line.said:
        first = seen.setdefault((name, identity_key(line.said[name])), line.row.line)
        if first != line.row.line:
            line.blame(name, f"The same as in line {first}.")


def _plan_one(line: Planned, now: Present, administrators: set[int]) -> None:
    if KEY not in line.said:
        line.blame(KEY, "The code is missing.")
        return
    person = now.people.get(identity_key(line.said[KEY]))
    line.is_new = person is None
    if person is None and "email" not in line.said:
        line.blame("email", "Somebody new needs an e-mail address.")
    owner = now.owners.get(identity_key(line.said.get("email", "")))
    if owner is not None and (person is None or owner != person.pk):
        line.blame("email", "This is somebody else's address.")
    _plan_departments(line, person, now)
    _plan_changes(line, person)
    if person is not None and not line.faults:
        _keep_an_administrator(line, person, administrators)


def _plan_departments(line: Planned, person: User | None, now: Present) -> None:
    """Put departments in the place of their codes."""
    wanted = []
    belongs_to = {each.pk for each in person.departments.all()} if person else set()
    for code in line.said.get("departments", ()):
        department = now.departments.get(identity_key(code))
        if department is None:
            line.blame("departments", f"There is no department {code}.")
        elif not department.is_open and department.pk not in belongs_to:
            line.blame("departments", f"{department} is closed to new members.")
        else:
            wanted.append(department)
    if "departments" in line.said:
        line.said["departments"] = sorted(set(wanted), key=lambda department: department.code)


def _plan_changes(line: Planned, person: User | None) -> None:
    for name, value in line.said.items():
        former = _former(person, name) if person else None
        new = [each.code for each in value] if name == "departments" else value
        if former != new and not (person and name == KEY):
            line.changes[name] = [former, new]


def _former(person: User, name: str) -> Any:
    if name == "departments":
        return sorted(department.code for department in person.departments.all())
    return getattr(person, name)


def _keep_an_administrator(line: Planned, person: User, administrators: set[int]) -> None:
    role, active = (line.said.get(name, getattr(person, name)) for name in ("role", "is_active"))
    if role == Role.ADMIN and active:
        administrators.add(person.pk)
    elif administrators == {person.pk}:
        line.blame("role" if role != Role.ADMIN else "is_active", LAST_ADMINISTRATOR)
    else:
        administrators.discard(person.pk)


def carry_out(lines: Iterable[Planned], now: Present, *, by: int) -> None:
    """Do what the lines say that have no fault."""
    new, changed = [], []
    for line in lines:
        asked = {name: _asked(line, name) for name in line.changes}
        if line.outcome == "make":
            new.append(asked)
        elif line.outcome == "change":
            changed.append((now.people[identity_key(line.said[KEY])], asked))
    if new:
        register_many(new, by=by)
    if changed:
        change_many(changed, by=by)


def _asked(line: Planned, name: str) -> Any:
    value = line.said[name]
    return [department.pk for department in value] if name == "departments" else value
