"""Which stack and engine a command is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdms.engines.base import Engine
    from hdms.environment.environment import Environment


def chosen_engine(name: str | None) -> "Engine":
    """Return the engine of this name, or the one that this stack is run by."""
    from hdms.engines.choice import choose
    from hdms.stack import Stack

    return choose(Stack.chosen(), name)


def chosen_stack(name: str | None) -> tuple["Engine", "Environment"]:
    """Return the engine and the environment; what is doubtful in the environment is warned of."""
    from hdms import report
    from hdms.environment.validation import load, warnings

    engine = chosen_engine(name)
    environment = load(engine.stack)
    for warning in warnings(environment):
        report.warn(str(warning))
    return engine, environment


@contextmanager
def stack_to_change(name: str | None) -> Iterator[tuple["Engine", "Environment"]]:
    """Hold the stack's lock, and read its environment inside."""
    from hdms import report
    from hdms.environment.validation import load

    engine, _ = chosen_stack(name)  # what is wrong is refused before a folder is made or one waits
    with engine.exclusively(report.announce):
        yield engine, load(engine.stack)
