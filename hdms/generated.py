"""The files that `inv generate` makes from the catalog and the schema of the variables.

They are committed, since Docker reads them without the toolkit; a test says which is stale.
"""

import shlex
from pathlib import Path

from hdms import permissions
from hdms.catalog import FRONTEND, SERVICES
from hdms.environment.documentation import documents
from hdms.environment.schema import ROOT, VARIABLES
from hdms.errors import HdmsError
from hdms.stack import CONFIG, PROJECT
from hdms.workspace import shared

TEMPLATES = CONFIG / "generated"
README = PROJECT / "README.md"
PERMISSIONS = PROJECT / "docs" / "permissions.md"

_BEGIN, _END = "<!-- services: ", "<!-- end of services -->"
_FRONTEND = f"services/{FRONTEND.name}"
_MADE_OF_TEMPLATES = {
    "docker-compose.yml": "#",
    "docker-compose.dev.yml": "#",
    "docker-compose.prod.yml": "#",
    f"{_FRONTEND}/routes.conf.template": "#",
    f"{_FRONTEND}/app/src/features/state/services.ts": "//",
}
"""Path -> how a comment begins there; the template has the file's name and `.j2` behind it."""


def generated_files() -> dict[Path, str]:
    """Return path -> what should stand there, for every file that is generated."""
    made = {
        PROJECT / path: _headed(comment, f"{Path(path).name}.j2")
        for path, comment in _MADE_OF_TEMPLATES.items()
    }
    made[PERMISSIONS] = permissions.document()
    return {**documents(), **made, README: _readme()}


def stale_files() -> dict[Path, str]:
    """Return path -> what should stand there, for every file in which something else stands."""
    return {
        path: text
        for path, text in generated_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def _headed(comment: str, template: str) -> str:
    origin = (TEMPLATES / template).relative_to(PROJECT)
    heading = (
        f"{comment} Generated from {origin} and hdms/catalog.py by `inv generate`: edit those.\n"
    )
    return heading + _rendered(template)


def _readme() -> str:
    """Return the README with its table of services renewed.

    Raises:
        HdmsError: it does not say where the table is.
    """
    text = README.read_text(encoding="utf-8")
    for marker in (_BEGIN, _END):
        if text.count(marker) != 1:
            raise HdmsError(f"README.md has no line, or several, with {marker!r}", "put it back")
    before, begin, rest = text.partition(_BEGIN)
    marker, _, rest = rest.partition("\n")
    _, end, after = rest.partition(_END)
    return f"{before}{begin}{marker}\n{_rendered('services.md.j2')}{end}{after}"


def _rendered(template: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    jinja = Environment(
        autoescape=False,  # noqa: S701 - no HTML, and nothing but our own words
        keep_trailing_newline=True,
        loader=FileSystemLoader(TEMPLATES),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    jinja.filters["in_shell"] = shlex.join
    return jinja.get_template(template).render(
        frontend=FRONTEND,
        secrets=[variable.name for variable in VARIABLES[ROOT] if variable.secret],
        services=SERVICES,
        shared=shared,
        variables=VARIABLES,
    )
