"""`inv verify...`: the connections."""

import time
from typing import TYPE_CHECKING, Any

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, JSON, command

if TYPE_CHECKING:
    from hdms.engines.base import Engine
    from hdms.environment.environment import Environment


def verification(check: str | None, what: str) -> Any:
    """Return the command that makes one kind of check, or all (None)."""

    @command(name=check or "all", help={"json": JSON, "engine": ENGINE})
    def proving(_c: Context, json: bool = False, engine: str | None = None) -> None:
        runner, environment = chosen_stack(engine)
        verify(runner, environment, check, as_json=json)

    proving.__doc__ = what
    return proving


def verify(
    engine: "Engine",
    environment: "Environment",
    check: str | None,
    as_json: bool,
    only_running: bool = False,
) -> None:
    """Make checks and print their results.

    Raises:
        Exit: one has failed.
    """
    from hdms import report
    from hdms.checks import suite
    from hdms.checks.result import CHECKS

    begin = time.monotonic()
    checks = [check] if check else CHECKS
    results = suite.verify(engine, environment, checks, report.announce, only_running)
    seconds = time.monotonic() - begin
    if as_json:
        report.print_json(report.results_as_json(results, seconds))
    else:
        report.print_results(results, seconds)
    if not all(result.passed for result in results):
        raise Exit(code=1)
