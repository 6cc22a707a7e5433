"""`inv test`: a developer's loop on a stack that is kept for it."""

from concurrent.futures import ThreadPoolExecutor
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


def test_the_same_tests_started_twice_run_one_after_the_other(passable: Path) -> None:
    own = Stack(passable)
    some = ("test", "ticket", "--", "-q", "tests/test_ticket_detail.py")
    try:
        with ThreadPoolExecutor(2) as terminals:
            runs = list(terminals.map(lambda _: inv(own, *some), range(2)))
    finally:
        inv(own, "test", "--stop")

    assert [run.returncode for run in runs] == [0, 0], [run.stdout + run.stderr for run in runs]
    assert sum("waiting for another inv test" in run.stderr for run in runs) == 1


def test_tests_of_nobody_are_refused_with_those_there_are(tmp_path: Path) -> None:
    said = inv(Stack(tmp_path), "test", "tickett")

    assert said.returncode == 2
    assert "expected one of: toolkit, common, user-service, ticket-service" in said.stderr
