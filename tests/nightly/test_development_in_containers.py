"""docker-compose.dev.yml on a checkout of its own: everything takes what is edited there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from hdms.catalog import SERVICES, process_names
from hdms.service import DJANGO
from hdms.stack import PROJECT
from hdms.wait import wait_until

OWNER = 4321  # neither root nor the containers' account
FILES = "docker-compose.yml:docker-compose.dev.yml"
# Read at each start of a process.
READ_FIRST = {
    process.name: f"{service.name}/src/{'core/' if service.framework is DJANGO else ''}__init__.py"
    for service in SERVICES
    for process in service.processes
}
COMMON = "common/hdms-common/src/hdms_common/__init__.py"


def announcing(what: str) -> str:
    """Return a line of Python that says something in the log."""
    return f"__import__('sys').stderr.write('{what}\\n')"


@dataclass(frozen=True)
class Checkout:
    """A copy of the checkout, in which everything runs."""

    path: Path

    def inv(self, *words: str) -> str:
        home = {**os.environ, "HDMS_ENGINE": "compose", "COMPOSE_FILE": FILES}
        finished = subprocess.run(
            [sys.executable, "-m", "invoke", *words],
            cwd=self.path,
            env={name: value for name, value in home.items() if name != "HDMS_HOME"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, f"inv {words}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def append(self, file: str, line: str) -> None:
        with (self.path / "services" / file).open("a") as source:
            source.write(f"\n{line}\n")

    def has_logged(self, process: str, text: str) -> bool:
        return text in self.inv("services.logs", process, "--lines=500")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout that belongs to somebody, with all of it running from its mounted source."""
    if os.geteuid() != 0 or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("needs Docker, and root to make a checkout that is another account's")
    copy = Checkout(tmp_path_factory.mktemp("checkout") / f"hdms-test-{os.getpid()}")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, found.split("\0")):
        target = copy.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, target)
    subprocess.run(["chown", "-R", str(OWNER), copy.path], check=True)
    copy.inv("env.init", "--free-ports")
    variables = copy.path / ".env"  # with patience: others may use this machine
    variables.write_text(re.sub("(HDMS_WAIT_SECONDS)=.*", r"\1=300", variables.read_text()))
    try:
        copy.inv("infra.up")
        copy.inv("migrate", "--all")
        for name in process_names():  # all at once would keep each other from being healthy
            copy.inv("infra.start", name)
        yield copy
    finally:
        subprocess.run(
            ["docker", "compose", "down", "--volumes", "--rmi=local", "--timeout=5"],
            cwd=copy.path,
            env={**os.environ, "COMPOSE_FILE": FILES},
            check=True,
            capture_output=True,
        )


def test_every_process_starts_anew_after_an_edit_of_its_source(checkout: Checkout) -> None:
    for file in sorted(set(READ_FIRST.values())):
        checkout.append(file, announcing("edited: its own source"))

    for process in READ_FIRST:
        wait_until(lambda p=process: checkout.has_logged(p, "edited: its own source"), process, 60)
    assert set(READ_FIRST) | {"frontend-service"} == set(process_names())


def test_every_process_starts_anew_after_an_edit_of_common(checkout: Checkout) -> None:
    checkout.append(COMMON, announcing("edited: common"))

    for process in READ_FIRST:
        wait_until(lambda p=process: checkout.has_logged(p, "edited: common"), process, 60)


@pytest.mark.parametrize(
    ("service", "command", "folder"),
    [
        ("user", "makemigrations accounts --empty --name written", "apps/accounts/migrations"),
        ("task", "revision --message written", "versions"),
    ],
)
def test_a_migration_that_is_written_belongs_to_whoever_owns_the_checkout(
    checkout: Checkout, service: str, command: str, folder: str
) -> None:
    checkout.inv("services.manage", service, command)

    source = checkout.path / "services" / f"{service}-service"
    (written,) = source.rglob(f"{folder}/*written.py")
    assert written.stat().st_uid == OWNER


def test_everything_is_proven_after_the_edits(checkout: Checkout) -> None:
    def proven() -> bool:
        with suppress(AssertionError):  # a process still starts anew after the last edit
            checkout.inv("verify.health")
            return True
        return False

    wait_until(proven, "each process to serve after its last edit", 60)
