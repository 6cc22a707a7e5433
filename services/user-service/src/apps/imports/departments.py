"""Lines of departments: what each would do, and doing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.imports.cells import Fields, Planned, YesOrNo
from apps.people.models import Department
from apps.people.serializers import DepartmentSerializer
from apps.people.services import departments, locks
from hdms_django.identity_key import identity_key
from hdms_django.serializers import NameField

KEY = "code"
COLUMNS = (KEY, "name", "parent", "head", "is_open", "may_request_approval")


def fields() -> Fields:
    """Column -> what its cells must be; `parent` and `head` are codes."""
    form = DepartmentSerializer().fields
    own = {
        "parent": NameField(max_length=32),
        "head": NameField(max_length=150),
        "is_open": YesOrNo(),
        "may_request_approval": YesOrNo(),
    }
    return {name: own.get(name) or form[name] for name in COLUMNS}


@dataclass(frozen=True)
class Present:
    """What is there, by identity key."""

    departments: dict[str, Department]
    people: dict[str, User]


def present(lines: Iterable[Planned], *, locked: bool) -> Present:
    """Read what the lines are about; `locked` until the transaction ends."""
    heads = {identity_key(line.said["head"]) for line in lines if "head" in line.said}
    people = User.objects.filter(employee_code_key__in=heads)
    found = Department.objects.select_related("parent", "head")
    if locked:
        former = found.exclude(head=None).values_list("head", flat=True)
        locks.people([*former, *people.values_list("pk", flat=True)])
        locks.departments(found.values_list("pk", flat=True))
    return Present(
        {str(department.code_key): department for department in found.all()},
        {str(person.employee_code_key): person for person in people.all()},
    )


def plan(lines: Sequence[Planned], now: Present) -> None:
    """Say of each line what it would change, and what is wrong with it."""
    seen: dict[str, int] = {}
    for line in lines:
        if KEY not in line.said:
            if not line.faults:
                line.blame(KEY, "The code is missing.")
            continue
        first = seen.setdefault(_key(line), line.row.line)
        if first != line.row.line:
            line.blame(KEY, f"The same as in line {first}.")
        _plan_one(line, now)
    while _blame_parents(lines, now):
        pass  # a parent that is not made after all is missing below


def _key(line: Planned) -> str:
    return identity_key(line.said[KEY])


def _plan_one(line: Planned, now: Present) -> None:
    department = now.departments.get(_key(line))
    line.is_new = department is None
    if department is None and "name" not in line.said:
        line.blame("name", "A new department needs a name.")
    if "head" in line.said:
        head = now.people.get(identity_key(line.said["head"]))
        if head is None or not head.is_active:
            line.blame("head", f"There is no active person {line.said['head']}.")
    for name, value in line.said.items():
        former = _former(department, name) if department else None
        if not _is_same(name, former, value):
            line.changes[name] = [former, value]


def _is_same(name: str, former: Any, value: Any) -> bool:
    if name in (KEY, "parent", "head") and former is not None:
        return identity_key(former) == identity_key(value)
    return bool(former == value)


def _former(department: Department, name: str) -> Any:
    if name == "parent":
        return department.parent and department.parent.code
    if name == "head":
        return department.head and department.head.employee_code
    return getattr(department, name)


def _blame_parents(lines: Iterable[Planned], now: Present) -> bool:
    """Blame the lines that would make the tree deeper than one level; return whether any is new.

    A circle is one of those: each in it would be below something that is below something.
    """
    good = [line for line in lines if not line.faults]
    parents = _parents_after(good, now)
    used = {parent for parent in parents.values() if parent}
    found = False
    for line in good:
        parent = parents[_key(line)]
        if "parent" not in line.changes or parent is None:
            continue
        if parent not in parents:
            line.blame("parent", f"There is no department {line.said['parent']}.")
        elif parents[parent] or parent == _key(line):
            line.blame("parent", "It is below a department itself: the tree has one level.")
        elif _key(line) in used:
            line.blame("parent", "Other departments are below this one: the tree has one level.")
        found = found or bool(line.faults)
    return found


def _parents_after(lines: Iterable[Planned], now: Present) -> Mapping[str, str | None]:
    """The key of each department that there would be, and its parent's."""
    parents = {
        key: str(department.parent.code_key) if department.parent else None
        for key, department in now.departments.items()
    }
    for line in lines:
        said = line.said.get("parent")
        parents[_key(line)] = identity_key(said) if said else parents.get(_key(line))
    return parents


def carry_out(lines: Iterable[Planned], now: Present, *, by: int) -> None:
    """Do what the lines say that have no fault: parents before those below them."""
    made = {key: department.pk for key, department in now.departments.items()}
    todo = [line for line in lines if line.outcome in ("make", "change")]
    for line in sorted(todo, key=lambda line: "parent" in line.changes):
        asked = {name: line.said[name] for name in line.changes}
        if "parent" in asked:
            asked["parent"] = made[identity_key(asked["parent"])]
        if "head" in asked:
            asked["head"] = now.people[identity_key(asked["head"])].pk
        if line.is_new:
            made[_key(line)] = departments.make(asked, by=by).pk
        else:
            departments.change(made[_key(line)], asked, by=by)
