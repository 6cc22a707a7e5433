"""Whom one signs in as, to see the help desk as each kind of person does."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.accounts.models import User
from apps.demo.organisation import DEPARTMENTS, PEOPLE, Line, password
from hdms_django.identity import Role

_HEADS = {line["head"]: line["name"] for line in DEPARTMENTS}
_ROLES = {Role.ADMIN: "administrator", Role.MODERATOR: "moderator", Role.ANALYST: "analyst"}


@dataclass(frozen=True)
class SignIn:
    """One person of a kind.

    Attributes:
        password: None where it has been changed, or the person is somebody else's.
    """

    kind: str
    code: str
    name: str
    password: str | None


def sign_ins() -> Iterator[SignIn]:
    """One person of each kind, as far as they are there and active."""
    codes = {kind: line["employee_code"] for line in reversed(PEOPLE) if (kind := _kind(line))}
    people = User.objects.filter(employee_code__in=codes.values(), is_active=True)
    found = {person.employee_code: person for person in people}
    secret = password()
    for kind, code in reversed(codes.items()):
        if person := found.get(code):
            known = secret if person.check_password(secret) else None
            yield SignIn(kind, code, person.name, known)


def _kind(line: Line) -> str | None:
    if line["is_active"] != "yes":
        return None
    if line["employee_code"] in _HEADS:
        return "head of a department"
    if line["is_approver"] == "yes":
        return "approver"
    if line["role"] != Role.REQUESTER:
        return _ROLES[Role(line["role"])]
    return "member of a department" if line["departments"] else "requester"
