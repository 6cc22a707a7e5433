"""The organisation of the demo: two files, which are imported as any others (decision 031)."""

import base64
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.accounts.models import User
from apps.imports import services as imports
from apps.imports import spreadsheet
from apps.imports.models import Import
from apps.people.models import Department
from apps.people.services.persons import register
from hdms_django.identity import Role

Line = Mapping[str, str]
"""Column -> cell."""


def _lines(of: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / f"{of}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PEOPLE = _lines("people")
DEPARTMENTS = _lines("departments")


def is_in_use() -> bool:
    """Whether there is anybody who is not of the demo."""
    codes = [line["employee_code"] for line in PEOPLE]
    return User.objects.exclude(employee_code__in=codes).exists()


def password() -> str:
    """With which all of them sign in: this installation's own, and written down nowhere."""
    secret = base64.b32encode(salted_hmac(__name__, "password", algorithm="sha256").digest())
    letters = secret.decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


@transaction.atomic
def fill() -> int:
    """Register who is missing, each an event; return how many. Nobody who is there is changed."""
    there = set(User.objects.values_list("employee_code", flat=True))
    people = [line for line in PEOPLE if line["employee_code"] not in there]
    known = set(Department.objects.values_list("code", flat=True))
    departments = [line for line in DEPARTMENTS if line["code"] not in known]
    by = _administrator()
    # Who heads a department belongs to it.
    _carry_out(Import.Kind.DEPARTMENTS, [{**line, "head": ""} for line in departments], by)
    _carry_out(Import.Kind.PEOPLE, people, by)
    _carry_out(Import.Kind.DEPARTMENTS, departments, by)
    codes = [line["employee_code"] for line in people]
    # One hash for all: Argon2 takes its time on purpose.
    User.objects.filter(employee_code__in=codes).update(password=make_password(password()))
    return len(people)


def _administrator() -> User:
    """The demo's administrator, who is the first of its people."""
    code, email = PEOPLE[0]["employee_code"], PEOPLE[0]["email"]
    found = User.objects.filter(employee_code=code).first()
    return found or register(code, email, role=Role.ADMIN)


def _carry_out(kind: str, lines: Sequence[Line], by: User) -> None:
    if lines:
        rows = [list(line.values()) for line in lines]
        text = spreadsheet.write(list(lines[0]), rows)
        made = imports.upload(kind, text.encode(), by=by)
        imports.commit(made.pk, by=by, only_good=False)
