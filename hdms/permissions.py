"""docs/permissions.md: who may what, of each service's permissions.toml.

The services' tests prove every cell of it; here it is only shown.
"""

import json
import tomllib

from hdms.catalog import SERVICES
from hdms.errors import HdmsError
from hdms.service import DJANGO
from hdms.stack import PROJECT

DECLARED = "permissions.toml"

_HEADING = f"""\
# Who may what

Generated from services/*/{DECLARED} by `inv generate`: edit those. Each cell is a test
(`tests/test_permissions.py` of its service), and an operation of an `openapi.json` without a row
fails one.

- "yes": a right request is answered as asked. A number is the status of the refusal: 401 who are
  you, 403 not you, 404 there is nothing here for you.
- "own": what the person who asks has made, or got; "another's": what somebody else has.
- A head, a member and an approver have the role of requester.

Left out are task-service, django-allauth's addresses below `/api/accounts/auth/` (signing in, which
is for everybody) and what the front door leads nobody to (`/health/`, `/identity/`).
"""


def document() -> str:
    """Return what should stand in docs/permissions.md.

    Raises:
        HdmsError: an operation has no row, or a row is of no operation.
    """
    return "\n".join([_HEADING, *(_table(s.name) for s in SERVICES if s.framework is DJANGO)])


def _table(service: str) -> str:
    folder = PROJECT / "services" / service
    told = tomllib.loads((folder / DECLARED).read_text(encoding="utf-8"))
    answers = {tuple(what.split(" ", 2)): said.split() for what, said in told["answers"].items()}
    _require_rows_of_all(
        service, {f"{method} {path}" for method, path, *_ in answers}, _operations(service)
    )
    rows = [
        ["request", "whose", *told["kinds"].split()],
        ["---"] * (2 + len(told["kinds"].split())),
        *([f"`{row[0]} {row[1]}`", " ".join(row[2:]), *said] for row, said in answers.items()),
    ]
    return "\n".join([f"## {service}", "", *(f"| {' | '.join(row)} |" for row in rows), ""])


def _operations(service: str) -> set[str]:
    text = (PROJECT / "services" / service / "openapi.json").read_text(encoding="utf-8")
    paths = json.loads(text)["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item}


def _require_rows_of_all(service: str, declared: set[str], operations: set[str]) -> None:
    if declared == operations:
        return
    missing = ", ".join(sorted(operations - declared)) or "nothing"
    too_many = ", ".join(sorted(declared - operations)) or "nothing"
    raise HdmsError(
        f"services/{service}/{DECLARED}: expected a row for each operation of openapi.json; "
        f"missing: {missing}; of no operation: {too_many}",
        "write who may do it; after a change of a view, first: inv openapi",
    )
