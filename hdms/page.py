"""Reports as HTML pages, each of them one file that needs no other."""

from pathlib import Path
from typing import Any


def render(template: Path, **values: Any) -> str:
    """Return a page; `values` and the style of all pages are what the template knows."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    page = environment.from_string(template.read_text(encoding="utf-8"))
    return page.render(style=Markup(style), **values)  # noqa: S704 - our own file
