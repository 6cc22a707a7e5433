"""Who may what: a service's permissions.toml, of which each cell is a test (decision 036)."""

import json
import tomllib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.test import APIClient

from hdms_django.identity import Role
from hdms_testing import directory, identity

ASKER = 2001
"""Who asks, where the directory says what they are."""
SOMEBODY_ELSE = 2002

_DEPARTMENT = 1
STANDINGS: dict[str, dict[str, Any]] = {
    "deactivated": {"is_active": False},
    "requester": {},
    "head": {},
    "member": {"departments": [_DEPARTMENT]},
    "approver": {"is_approver": True},
    "moderator": {"role": Role.MODERATOR},
    "analyst": {"role": Role.ANALYST},
    "admin": {"role": Role.ADMIN},
}
"""Kind of person -> what makes them so. A head is named by their department."""


@dataclass(frozen=True)
class Cell:
    """What becomes of a request by one kind of person.

    Attributes:
        whose: "own" or "another's", where that matters.
        answer: "yes", or the status of a refusal.
    """

    method: str
    path: str
    whose: str
    kind: str
    answer: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.path, self.whose, "by", self.kind)))

    @property
    def operation(self) -> str:
        """As the document has it."""
        return f"{self.method} {self.path}"

    def ask(self, client: APIClient, of: object = "", **options: Any) -> str:
        """Send the request, of an object; return the answer.

        It is one that works wherever it is allowed: no other fault hides a missing refusal.
        """
        send = getattr(client, self.method.lower())
        before, opening, rest = self.path.partition("{")
        address = f"{before}{of}{rest.partition('}')[2]}" if opening else self.path
        response = send(address, **options)
        response.close()  # a download is a file that is open
        return "yes" if response.status_code < 300 else str(response.status_code)


def cells() -> list[Cell]:
    """Every cell of this service's table."""
    told = tomllib.loads((settings.SERVICE_DIR / "permissions.toml").read_text(encoding="utf-8"))
    kinds = told["kinds"].split()
    found = []
    for what, answers in told["answers"].items():
        method, path, *whose = what.split(" ", 2)
        each = zip(kinds, answers.split(), strict=True)
        found += [Cell(method, path, "".join(whose), kind, answer) for kind, answer in each]
    return found


def operations() -> set[str]:
    """What this service's OpenAPI document has."""
    document = json.loads((settings.SERVICE_DIR / "openapi.json").read_text(encoding="utf-8"))
    return {f"{m.upper()} {path}" for path, item in document["paths"].items() for m in item}


def client_as(kind: str) -> APIClient:
    """A client of the ASKER, whom the directory knows as one of this kind; or of nobody."""
    client = APIClient()
    if kind != "nobody":
        client.credentials(HTTP_AUTHORIZATION=bearer_of(kind))
    return client


def bearer_of(kind: str) -> str:
    """What the front door sends for the ASKER, whom the directory knows as one of this kind."""
    from hdms_django.directory.models import Department  # not without the app

    directory.know(ASKER, **STANDINGS[kind])
    if kind == "head":
        told = directory.department(_DEPARTMENT)
        del told["parent"], told["head"]
        Department._default_manager.create(**told, head_id=ASKER)
    return f"Bearer {identity.token(ASKER, kind)}"


def owner(cell: Cell) -> int:
    """Whose the object is that a cell is about."""
    return ASKER if cell.whose == "own" else SOMEBODY_ELSE
