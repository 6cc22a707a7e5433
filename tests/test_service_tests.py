"""`inv test`: a developer's loop on a stack that is kept for it."""

from pathlib import Path

import pytest
from conftest import inv

from hdms.stack import Stack


def test_a_services_tests_run_again_and_again_on_a_stack_that_nothing_else_uses(
    passable: Path,
) -> None:
    own = Stack(passable)
    some = ("test", "ticket", "--", "-q", "tests/test_ticket_detail.py")
    try:
        first, second = inv(own, *some), inv(own, *some)
        failing = inv(own, "test", "ticket", "--", "-q", "-k", "nosuch")
    finally:
        stopped = inv(own, "test", "--stop")

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "migrating ticket-service" in first.stderr
    assert "migrating" not in second.stderr
    assert failing.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert stopped.returncode == 0
    assert [path.name for path in own.home.iterdir()] == [".hdms"]
    assert not (own.state / "tests").exists()


def test_tests_of_nobody_are_refused_with_those_there_are(tmp_path: Path) -> None:
    said = inv(Stack(tmp_path), "test", "tickett")

    assert said.returncode == 2
    assert "expected one of: toolkit, common, user-service, ticket-service" in said.stderr
