"""What rendering replaces in a template, and what it leaves alone."""

import re
from pathlib import Path

import pytest
import yaml

from hdms import render
from hdms.catalog import FRONTEND
from hdms.errors import HdmsError
from hdms.render import FRONTEND_FOLDER, FRONTEND_TEMPLATES, render_frontend
from hdms.stack import CONFIG, PROJECT

NGINX_VALUES = {
    name: f"<{name}>"
    for template in FRONTEND_TEMPLATES
    for name in re.findall(r"\$\{([A-Z_]+)\}", template.read_text())
}


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(render, "CONFIG", tmp_path)
    monkeypatch.setattr(render, "PROJECT", tmp_path)
    return tmp_path / "a.conf"


def test_only_names_in_capitals_and_braces_are_replaced(template: Path) -> None:
    template.write_text("${NAME} $NAME $host ${host} $$ ${NAME_2}\n")

    rendered = render.render("a.conf", {"NAME": "$host", "NAME_2": "2"})

    assert rendered == "$host $NAME $host ${host} $$ 2\n"


def test_a_name_without_a_value_is_an_error(template: Path) -> None:
    template.write_text("${NAME}")

    with pytest.raises(HdmsError, match=r"a\.conf asks for 'NAME', which has no value"):
        render.render("a.conf", {})


def test_a_missing_template_names_the_command_that_brings_it_back(template: Path) -> None:
    with pytest.raises(HdmsError, match=r"a\.conf is missing") as refused:
        render.render("a.conf", {})

    assert refused.value.hint == "git checkout a.conf"


def test_nginx_keeps_its_own_variables() -> None:
    rendered = render_frontend(NGINX_VALUES)

    assert "proxy_set_header Host $http_host;" in rendered["nginx.conf"]
    assert "${" not in "".join(rendered.values())


def test_the_container_knows_every_name_of_the_templates() -> None:
    entrypoint = (FRONTEND_FOLDER / "entrypoint.sh").read_text()
    (exported,) = re.findall(r"export (FRONTEND.*)", entrypoint)
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    given = compose["services"][FRONTEND.name]["environment"]

    assert {*exported.split(), *given} == set(NGINX_VALUES)


def test_no_template_has_a_placeholder_that_would_be_left_alone() -> None:
    for path in [p for p in CONFIG.rglob("*") if p.suffix in (".conf", ".example")]:
        assert re.findall(r"\$(?!\{[A-Z])", path.read_text()) == [], path.relative_to(PROJECT)
