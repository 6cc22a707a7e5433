"""The services' virtual environments, which the stacks of a checkout share."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hdms import virtualenvs
from hdms.disposable import disposable_stack

SMALLEST = "hdms-common"


def test_a_second_stack_needs_no_installation_of_its_own() -> None:
    announced: list[str] = []
    with disposable_stack() as (first, _), disposable_stack() as (second, _):
        first.prepare(["user-service"], print)
        second.prepare(["user-service"], announced.append)

    assert announced == []


def test_who_else_asks_for_a_package_reinstalls_nothing_and_another_version_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    monkeypatch.setattr(virtualenvs, "LOCK", lock)

    def fingerprint_of(text: str) -> str:
        lock.write_text(text)
        return virtualenvs.fingerprint(SMALLEST)

    before = fingerprint_of("django==5.2.19\n    # via user-service\n")

    assert fingerprint_of("django==5.2.19\n    # via\n    #   survey-service\n") == before
    assert fingerprint_of("django==5.2.20\n    # via user-service\n") != before


def test_a_damaged_environment_is_made_anew(tmp_path: Path) -> None:
    announced: list[str] = []
    folder = tmp_path / "venv"
    virtualenvs.ensure(folder, SMALLEST, print)
    (dotenv,) = folder.glob("lib/*/site-packages/dotenv")
    shutil.rmtree(dotenv)

    virtualenvs.ensure(folder, SMALLEST, announced.append)
    virtualenvs.ensure(folder, SMALLEST, announced.append)

    assert announced == [f"installing {SMALLEST}'s packages"]
    assert (dotenv / "__init__.py").exists()


def test_a_former_environment_is_deleted_once_nothing_runs_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtualenvs, "ALL", tmp_path)  # other tests' stacks look there, too
    former = virtualenvs.ALL / "user-service-former"
    former.mkdir(parents=True)
    waiting = [sys.executable, "-c", "input()", str(former)]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as process:
        virtualenvs.remove_former()
        assert former.exists()

        process.kill()
        process.wait()
        virtualenvs.remove_former()
        assert not former.exists()
