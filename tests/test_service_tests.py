"""`inv test`: a developer's loop on a stack that is kept for it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hdms.stack import PROJECT


def inv(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "invoke", *words],
        cwd=PROJECT,
        env={**os.environ, "HDMS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hdms-") as folder:
        Path(folder).chmod(0o711)  # the components' account passes through
        yield Path(folder)


def test_a_services_tests_run_again_and_again_on_a_stack_that_nothing_else_uses(
    home: Path,
) -> None:
    some = ("test", "ticket", "--", "-q", "tests/test_ticket_detail.py")
    try:
        first, second = inv(home, *some), inv(home, *some)
        failing = inv(home, "test", "ticket", "--", "-q", "-k", "nosuch")
    finally:
        stopped = inv(home, "test", "--stop")

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "migrating ticket-service" in first.stderr
    assert "migrating" not in second.stderr
    assert failing.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert stopped.returncode == 0
    assert [path.name for path in home.iterdir()] == [".hdms"]
    assert not (home / ".hdms" / "tests").exists()


def test_tests_of_nobody_are_refused_with_those_there_are(tmp_path: Path) -> None:
    said = inv(tmp_path, "test", "tickett")

    assert said.returncode == 2
    assert "expected one of: toolkit, common, user-service, ticket-service" in said.stderr
