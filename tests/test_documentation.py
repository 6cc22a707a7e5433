"""What the pages say exists."""

import re
from pathlib import Path

import pytest

import tasks
from hdms.catalog import FRONTEND, SERVICES, Service
from hdms.stack import PROJECT

PAGES = [PROJECT / "README.md", *sorted(PROJECT.glob("docs/**/*.md"))]
COMMANDS = set(tasks.namespace.task_names) | {"verify"}


def page_id(page: Path) -> str:
    return str(page.relative_to(PROJECT))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"\binv ([a-z]+(?:\.[a-z]+)?)", page.read_text())

    assert [command for command in named if command not in COMMANDS] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    files = [*PROJECT.glob("tests/**/test_*.py"), *PROJECT.glob("services/*/tests/**/test_*.py")]
    known = set(re.findall(r"def (test_\w+)", "".join(file.read_text() for file in files)))

    assert set(re.findall(r"`(test_\w+)`", page.read_text())) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text())

    assert [t for t in targets if not t.startswith("http") and not (page.parent / t).exists()] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_readme_lists_every_service_with_its_address(service: Service) -> None:
    row = (
        f"| {service.name} | http://127.0.0.1:{service.default_port} "
        f"| {', '.join(service.checks)} |"
    )

    assert row in (PROJECT / "README.md").read_text()


def test_the_readme_lists_the_front_door_with_its_address() -> None:
    row = f"| {FRONTEND.name} | http://127.0.0.1:{FRONTEND.default_port} |"

    assert row in (PROJECT / "README.md").read_text()


@pytest.mark.parametrize("script", sorted(PROJECT.glob("scripts/*.sh")), ids=page_id)
def test_every_script_is_executable(script: Path) -> None:
    assert script.stat().st_mode & 0o111
