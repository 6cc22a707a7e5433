"""What Invoke's parser of the command line lacks."""

import re
import sys
from typing import Any

from invoke.exceptions import ParseError
from invoke.parser.argument import Argument
from invoke.parser.parser import ParseMachine


def extend() -> None:
    """Extend Invoke's parser for this process."""
    _allow_optional_positionals()
    _refuse_what_is_no_number()
    _say_what_to_do()


def remainder() -> list[str]:
    """Return the words behind `--`, which Invoke keeps as one text only."""
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []


def _allow_optional_positionals() -> None:
    """Let a positional argument that is also `optional` be left out (then it is empty).

    Invoke knows no such thing: `inv infra.logs` and `inv infra.logs redis` could not both work.
    """
    complete = ParseMachine.complete_context

    def complete_context(machine: ParseMachine) -> None:
        for argument in machine.context.positional_args if machine.context else ():
            if argument.optional and argument.value is None:
                argument.value = ""
        complete(machine)

    setattr(ParseMachine, "complete_context", complete_context)  # noqa: B010 - mypy knows methods


def _refuse_what_is_no_number() -> None:
    """Let `--lines abc` be an error in one line, where Invoke ends in a traceback."""
    unguarded = Argument.set_value

    def set_value(argument: Argument, value: Any, cast: bool = True) -> None:
        try:
            unguarded(argument, value, cast)
        except ValueError:
            raise ParseError(f"error: --{argument.name} {value}: expected a number") from None

    setattr(Argument, "set_value", set_value)  # noqa: B010 - mypy knows methods


def _say_what_to_do() -> None:
    """Let an error name the remedy, and a mistyped command the one that was probably meant."""

    def error(machine: ParseMachine, message: str) -> None:
        from hdms.nearest import nearest

        command = f"inv {machine.context.name}" if machine.context and machine.context.name else ""
        unknown = re.fullmatch("No idea what '(.*)' is!", message)
        if unknown and unknown[1].startswith("-"):
            message = f"error: {command or 'inv'} has no option {unknown[1]}"
        elif unknown:
            meant = nearest(unknown[1], machine.contexts)
            hint = f"inv {meant}, if that was meant; " if meant else ""
            message = f"error: no command is called {unknown[1]!r}\n  do:  {hint}all: inv --list"
            raise ParseError(message, machine.context)
        else:
            without_value = re.fullmatch("Flag <Argument: ([^ >]+).*needed value.*", message)
            what = f"--{without_value[1]}: expected a value" if without_value else message
            message = f"error: {what}"
        raise ParseError(f"{message}\n  do:  {command or 'inv'} --help", machine.context)

    setattr(ParseMachine, "error", error)  # noqa: B010 - mypy knows methods
