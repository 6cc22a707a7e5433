"""The OpenAPI documents of the Django services: each makes its own, of its views."""

import os
import tempfile
from pathlib import Path

from hdms import virtualenvs
from hdms.catalog import SERVICES
from hdms.engines.base import Announce
from hdms.new_service import PLACE, TEMPLATE, copy_template
from hdms.process import run
from hdms.service import DJANGO
from hdms.stack import PROJECT

DOCUMENT = "openapi.json"
_TRIAL = "trial"
_SECONDS = 120.0


def write_all(announce: Announce) -> list[Path]:
    """Write each service's document, and that of services/template; return which have changed.

    Raises:
        CommandFailed: of a view it cannot be found out; the message says of which.
    """
    changed = []
    for service in (service for service in SERVICES if service.framework is DJANGO):
        path = PROJECT / "services" / service.name / DOCUMENT
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        _make(path.parent, service.name, announce)
        if path.read_text(encoding="utf-8") != before:
            changed.append(path)
    path, text = TEMPLATE / DOCUMENT, of_template(announce)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def of_template(announce: Announce) -> str:
    """Return what should stand in the template's document: that of a service made of it."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "service"
        copy_template(made, _TRIAL)
        # Its packages are those that every Django service has.
        _make(made, next(s.name for s in SERVICES if s.framework is DJANGO), announce)
        return (made / DOCUMENT).read_text(encoding="utf-8").replace(_TRIAL, PLACE)


def _make(folder: Path, project: str, announce: Announce) -> None:
    python, _ = virtualenvs.program(project, "python", announce)
    # The settings are read: nothing is reached.
    required = ("DB_PASSWORD", "DB_USER", "RABBITMQ_PASSWORD", "SECRET_KEY")
    settings = {"HDMS_ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "core.settings.dev"}
    run(
        [python, "src/manage.py", "openapi"],
        cwd=folder,
        env={**settings, **dict.fromkeys(required, "none")},
        timeout=_SECONDS,
    )
