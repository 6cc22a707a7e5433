"""Environment -> configuration files: pure, strict on a missing value; the caller writes them."""

import re
from collections.abc import Mapping
from pathlib import Path

from hdms.catalog import FRONTEND
from hdms.errors import HdmsError
from hdms.stack import CONFIG, PROJECT

FRONTEND_FOLDER = PROJECT / "services" / FRONTEND.name
FRONTEND_TEMPLATES = tuple(
    FRONTEND_FOLDER / f"{name}.conf.template"
    for name in ("nginx", "routes", "identity", "exchange", "signed_in")
)

# Nothing else is replaced: nginx has variables of its own, as $host and ${host}.
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Return a file of `config/` with every `${NAME}` replaced.

    Args:
        template: its path below `config/`, e.g. `redis/redis.conf`.

    Raises:
        HdmsError: the template is missing or names a variable that has no value.
    """
    return _fill(CONFIG / template, values)


def render_frontend(values: Mapping[str, str]) -> dict[str, str]:
    """Return name -> text of the frontend's files for nginx: `nginx.conf` and what it includes.

    Raises:
        HdmsError: a template is missing or names a variable that has no value.
    """
    return {template.stem: _fill(template, values) for template in FRONTEND_TEMPLATES}


def _fill(template: Path, values: Mapping[str, str]) -> str:
    name = template.relative_to(PROJECT)
    try:
        text = template.read_text(encoding="utf-8")
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
    except FileNotFoundError as error:
        raise HdmsError(f"{name} is missing", f"git checkout {name}") from error
    except KeyError as error:
        raise HdmsError(f"{name} asks for {error}, which has no value") from error
