"""What every command is made of."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from invoke.exceptions import Exit
from invoke.tasks import task

ENGINE = "what runs the system: compose or embedded (default: see README)"
JSON = "print data for machines"
SERVICE = "a service's name, e.g. user-service or just user"
UNIT = "a component or process, e.g. redis or file-worker"


def of_logs(name: str) -> dict[str, Any]:
    """Return the options of a command that shows logs.

    Args:
        name: whose.
    """
    return {
        "name": "logs",
        "positional": ["name"],
        "optional": ["name"],
        "help": {
            "name": name,
            "follow": "go on with what is written from now on",
            "lines": "how many lines from the end",
            "engine": ENGINE,
        },
    }


def command(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """Return `invoke.task`, with every `HdmsError` as one screen and its exit code."""

    def decorate(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def guarded(*arguments: Any, **named: Any) -> None:
            from hdms import report
            from hdms.connections import forget_libpq_variables
            from hdms.errors import HdmsError
            from hdms.interruption import Interrupted, treat_all_alike

            treat_all_alike()
            forget_libpq_variables()
            try:
                function(*arguments, **named)
            except HdmsError as error:
                report.print_error(error)
                raise Exit(code=error.exit_code) from None
            except BrokenPipeError:  # `| head` has seen enough
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the end
            except OSError as error:
                place = f"{error.filename}: " if error.filename else ""
                report.print_error(HdmsError(f"{place}{error.strerror or error}"))
                raise Exit(code=1) from None
            except Interrupted as interrupted:
                report.print_interrupted()
                raise Exit(code=interrupted.exit_code) from None

        return task(**options)(guarded)

    return decorate
