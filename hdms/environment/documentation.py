"""What `inv generate` makes from the schema of the variables.

`docs/environment-variables.md`, the `.env.example` files, and the rules by which containers that
are started without the toolkit check the root `.env`.
"""

from pathlib import Path

from hdms.catalog import SERVICES
from hdms.environment.initial import example
from hdms.environment.schema import ROOT, VARIABLES, of_services_alone
from hdms.environment.variable import EXAMPLE_WORDS, Variable
from hdms.service import Service
from hdms.stack import PROJECT

_INTRODUCTION = """\
# Environment variables

Made from `hdms/environment/schema.py` by `inv generate`; a test keeps it true.

The root `.env` is the file to edit; `inv env.init` writes it, with generated secrets. After an
edit, `inv env.sync` validates it, copies the shared values into the services' `.env` files and
tells the running stack. A variable of the process's own environment wins over a service's file.

In production (`HDMS_ENVIRONMENT=production`) a secret has at least 16 characters (a key
50), is not a well-known word, and `REDIS_PASSWORD` is required.
"""


def documents() -> dict[Path, str]:
    """Return path -> text of every file that is made from the schema alone."""
    files = {
        PROJECT / "docs" / "environment-variables.md": _document(),
        PROJECT / ".env.example": example(ROOT),
        PROJECT / "config" / "check-env" / "rules": _rules(),
    }
    for service in SERVICES:
        files[PROJECT / "services" / service.name / ".env.example"] = example(service.name)
    return files


def _document() -> str:
    # Those with one framework have the same variables: the last stands for all.
    shown = {service.framework: service for service in SERVICES}.values()
    return "\n".join(
        [
            _INTRODUCTION,
            "## The root `.env`\n",
            _table(VARIABLES[ROOT], "who is told"),
            "## Each service's `.env`\n",
            "In `services/<service>/.env`; its processes restart when one changes.\n",
            *(_of_service(service) for service in shown),
        ]
    )


def _rules() -> str:
    """Return the rules of the root `.env` for config/check-env/check.awk, a line each."""
    lines = [
        f"words of examples\t{','.join(EXAMPLE_WORDS)}",
        f"of services alone\t{','.join(sorted(of_services_alone()))}",
    ]
    for v in VARIABLES[ROOT]:
        if v.rule is None:
            continue
        least, most = v.rule.span or ("", "")
        columns = (
            v.name,
            v.rule.pattern,
            v.rule.longest,
            least,
            most,
            v.production_length if v.secret else 0,
            "always" if v.default is None else "production" if v.required_in_production else "",
            _kind(v),
            v.rule.reserved,
            v.default or "",
            v.expected,
        )
        lines.append("\t".join(map(str, columns)))
    return "\n".join(lines) + "\n"


def _kind(v: Variable) -> str:
    if v.secret:
        return "key" if v.is_key else "secret"
    return "port" if v.is_host_port else "text"


def _of_service(service: Service) -> str:
    same = [s.name for s in SERVICES if s.framework is service.framework]
    shown = f"; shown here for {service.name}" if len(same) > 1 else ""
    return f"{', '.join(same)}{shown}:\n\n" + _table(VARIABLES[service.name], "copied from")


def _table(variables: tuple[Variable, ...], last: str) -> str:
    rows = [
        f"| variable | meaning | values | default | {last} | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for v in variables:
        told = ", ".join(v.told) or "services" if last == "who is told" else _name(v.shared)
        values = "secret" if v.secret else v.expected
        rows.append(
            f"| `{v.name}` | {v.description} | {values} | {_default(v)} | {told} | {v.source} |"
        )
    return "\n".join(rows) + "\n"


def _default(variable: Variable) -> str:
    if variable.generated:
        return "generated"
    if variable.shared:
        return "copied"
    if variable.default is None:
        return "required"
    return _name(variable.default) if variable.default else "empty"


def _name(text: str | None) -> str:
    return f"`{text}`" if text else ""
