"""`inv env.sync`: from the root `.env` to the services' files and into the running stack.

Nothing is remembered between runs but what should run, and what each running thing was last told.
A run that is interrupted leaves differences, which the next run finds and carries over.
"""

import io
from dataclasses import dataclass, replace
from pathlib import Path

from dotenv.parser import parse_stream

from hdms.disk import LEAST_TO_WRITE, require_space
from hdms.engines.base import Announce, Change, Engine
from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment, shown
from hdms.environment.schema import variable
from hdms.environment.validation import load


@dataclass(frozen=True)
class Plan:
    """What a synchronisation will do.

    Attributes:
        after: the environment as it will be.
        copies: service -> variable -> value, as copied from the root file.
        files: what the engine makes of the environment and has to be written anew.
        changes: what the running stack will be told.
    """

    before: Environment
    after: Environment
    copies: dict[str, dict[str, str]]
    files: list[Path]
    changes: list[Change]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.copies or self.files or self.changes)

    def lines(self) -> list[str]:
        """Return it for people, secrets masked."""
        lines = []
        for service, values in self.copies.items():
            file = self.before.files[service]
            path = self.before.stack.display(file.path)
            for name, value in values.items():
                known = variable(service, name)
                old = shown(known, file.values.get(name, ""))
                lines.append(f"{path}: {name} {old} -> {shown(known, value)}")
        lines += [f"{self.before.stack.display(path)}: is written" for path in self.files]
        for change in self.changes:
            lines.append(f"{change.name} {change.action} ({', '.join(change.variables)})")
        return lines


def make_plan(engine: Engine) -> Plan:
    """Read and validate the environment, compare it with the files and the running stack.

    Whoever is to carry it out holds the stack's lock from before this until the end.

    Raises:
        InvalidInput: values are wrong, or cannot be taken over by what exists.
    """
    before = load(engine.stack)
    copies = before.drift()
    files = dict(before.files)
    for service, values in copies.items():
        text = files[service].with_values(values)
        files[service] = replace(files[service], bindings=tuple(parse_stream(io.StringIO(text))))
    after = replace(before, files=files)
    return Plan(before, after, copies, engine.stale_files(after), engine.pending(after))


def carry_out(plan: Plan, engine: Engine, announce: Announce) -> None:
    """Write the services' files, then tell the running stack.

    Raises:
        HdmsError: a step failed; what was done stays, and the next run does the rest.
    """
    require_space(engine.stack.home, LEAST_TO_WRITE)
    for service in plan.copies:
        file = plan.after.files[service]
        write_private(file.path, file.text)
    if plan.files:
        engine.write_files(plan.after)
    if plan.changes:
        engine.apply(plan.after, plan.changes, announce)
