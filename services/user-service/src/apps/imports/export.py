"""People and departments as files that import again."""

from apps.accounts.models import User
from apps.imports import departments, people, spreadsheet
from apps.people.models import Department


def all_people() -> str:
    """Everybody, in the columns of an import."""
    return spreadsheet.write(
        people.COLUMNS, map(_person, User.objects.prefetch_related("departments"))
    )


def all_departments() -> str:
    """All departments; those without a parent first."""
    found = Department.objects.select_related("parent", "head").order_by("-parent", "code")
    return spreadsheet.write(departments.COLUMNS, map(_department, found))


def _person(person: User) -> list[str]:
    belongs_to = " ".join(department.code for department in person.departments.all())
    return [
        *(person.employee_code, person.email, person.first_name, person.last_name, person.phone),
        *(person.language, person.time_zone, person.role),
        *(_word(person.is_approver), _word(person.is_active), belongs_to),
    ]


def _department(department: Department) -> list[str]:
    return [
        *(department.code, department.name),
        department.parent.code if department.parent else "",
        department.head.employee_code if department.head else "",
        *(_word(department.is_open), _word(department.may_request_approval)),
    ]


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"
