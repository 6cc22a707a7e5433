"""`inv services.scale`: how many of a worker run side by side, kept in the root `.env`."""

from hdms.catalog import replicas_variables, require_unit
from hdms.engines.base import Announce, Engine
from hdms.environment.env_file import EnvFile, write_private
from hdms.environment.schema import ROOT, variable
from hdms.errors import InvalidInput
from hdms.synchronise import carry_out, make_plan


def parse(text: str) -> tuple[str, str]:
    """Return the root variable and the value that `text`, e.g. "task-worker=3", sets.

    Raises:
        InvalidInput: there is no such worker, or the number is none that it takes.
    """
    written, _, count = text.partition("=")
    name, variables = require_unit(written), replicas_variables()
    if name not in variables:
        raise InvalidInput(
            f"{name!r} cannot be scaled: a web process has one port, a component one place",
            f"expected one of {', '.join(variables)}, e.g. {next(reversed(variables))}=3",
        )
    known = variable(ROOT, variables[name])
    problem = known.problem(count)
    if problem:
        raise InvalidInput(f"{text}: {problem}", f"e.g. {name}=3")
    return known.name, count


def scale(engine: Engine, name: str, count: str, announce: Announce) -> bool:
    """Set a number of replicas in the root `.env` and in the running stack.

    Returns:
        Whether there was anything to do.

    Raises:
        InvalidInput: `.env` is wrong, or holds other changes that the stack was not told yet.
        HdmsError: the processes could not be started; `.env` has the new number.
    """
    process = next(unit for unit, known in replicas_variables().items() if known == name)
    with engine.exclusively(announce):
        plan = make_plan(engine)
        # A change of this one is what an interrupted call left.
        if plan.copies or any(change.name != process for change in plan.changes):
            raise InvalidInput("other changes in .env are not carried out yet", "inv env.sync")
        file = EnvFile.read(engine.stack.root_env)
        if file.values.get(name) == count and plan.empty:
            return False
        write_private(file.path, file.with_values({name: count}))
        carry_out(make_plan(engine), engine, announce)
        return True
