"""`inv service.new`: what it refuses, and what it makes (that it runs: nightly)."""

import shutil
from collections.abc import Iterator

import pytest
from checkout import Checkout, copied

from hdms import new_service
from hdms.errors import InvalidInput


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with copied() as copy:
        yield copy


@pytest.mark.parametrize(
    ("name", "port", "why"),
    [
        ("Trial", None, "'Trial' is no name for a service"),
        ("trial_two", None, "is no name"),
        ("2nd", None, "is no name"),
        ("two--dashes", None, "is no name"),
        ("../up", None, "is no name"),
        ("", None, "is no name"),
        ("a" * 31, None, "up to 30"),
        ("user", None, "user-service exists already; nothing was changed"),
        ("user-service", None, "user-service exists already"),
        ("frontend", None, "frontend-service exists already"),
        ("common", None, "inv test common runs other tests"),
        ("toolkit", None, "inv test toolkit runs other tests"),
        ("tickets", None, "/api/tickets/ leads to ticket-service"),
        ("trial", 80, "80 is no port: expected 1024 to 65535"),
        ("trial", 65536, "65536 is no port"),
        ("trial", 8002, "port 8002 is the default of USER_SERVICE_HOST_PORT"),
        ("trial", 6432, "port 6432 is the default of PGBOUNCER_HOST_PORT"),
    ],
)
def test_a_name_or_port_that_cannot_be_used_is_refused_before_anything_changes(
    name: str, port: int | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in ("copy_template", "_renew", "_renew_generated"):
        monkeypatch.setattr(new_service, step, lambda *_: pytest.fail("something changed"))

    with pytest.raises(InvalidInput, match=why):
        new_service.make(name, port)


def test_a_service_is_made_once_whole_and_can_be_taken_out_again(checkout: Checkout) -> None:
    said = checkout.must("service.new", "trial")

    made = checkout.status()
    assert "?? services/trial-service/" in made
    assert " M hdms/catalog.py" in made
    assert "inv migrate --service trial-service" in said
    for variable in ("TRIAL_SERVICE_DB_PASSWORD", "TRIAL_SERVICE_HOST_PORT=8006"):
        assert variable in (checkout.folder / ".env.example").read_text()
    assert checkout.must("generate") == "every generated file is up to date\n"
    tools = ("tests/test_lock.py", "tests/test_catalog.py", "tests/test_compose_file.py")
    for tool in (
        ["ruff", "check", "hdms", "services"],
        ["ruff", "format", "--check", "hdms", "services"],
        ["pytest", "-qp", "no:cacheprovider", *tools],
    ):
        ended = checkout.python("-m", *tool)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    again = checkout.inv("service.new", "trial")
    assert (again.returncode, checkout.status()) == (2, made)
    assert "trial-service exists already; nothing was changed" in again.stderr

    take_out(checkout)
    assert checkout.status() == []


def test_a_port_of_this_checkouts_env_is_taken(checkout: Checkout) -> None:
    (checkout.folder / ".env").write_text("TICKET_SERVICE_HOST_PORT=8006\n")

    checkout.must("service.new", "trial")

    entry = (checkout.folder / "hdms" / "catalog.py").read_text().partition('"trial-service"')[2]
    assert entry.split()[1] == "8007,"


def test_a_readme_without_a_place_for_the_table_is_refused_unchanged(checkout: Checkout) -> None:
    readme = checkout.folder / "README.md"
    damaged = readme.read_text().replace("<!-- end of services -->", "")
    readme.write_text(damaged)

    refused = checkout.inv("generate")

    assert refused.returncode != 0
    assert "README.md has no line" in refused.stderr
    assert readme.read_text() == damaged


def test_a_folder_that_git_left_of_a_removed_service_is_none(checkout: Checkout) -> None:
    (checkout.folder / "services" / "gone-service").mkdir()

    assert checkout.must("generate") == "every generated file is up to date\n"


def test_what_fails_on_its_way_leaves_nothing(checkout: Checkout) -> None:
    project = checkout.folder / "services" / "user-service" / "pyproject.toml"
    project.write_text(project.read_text().replace("gunicorn>=23", "gunicorn>=23,<1"))
    before = checkout.status()

    ended = checkout.inv("service.new", "trial")

    assert (ended.returncode, checkout.status()) == (1, before)
    assert "gunicorn" in ended.stderr


def take_out(checkout: Checkout) -> None:
    """Do what a person does who wants the service gone."""
    shutil.rmtree(checkout.folder / "services" / "trial-service")
    catalog = checkout.folder / "hdms" / "catalog.py"
    before, _, rest = catalog.read_text().partition('    Service(\n        "trial-service"')
    catalog.write_text(before + rest.partition("\n    ),\n")[2])
    checkout.must("generate")
    lock = "from hdms import workspace, process; process.run(workspace.lock_command())"
    assert checkout.python("-c", lock).returncode == 0
