"""`inv events...`: what the services tell each other."""

from dataclasses import asdict

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, JSON, command


@command(name="status", help={"json": JSON, "engine": ENGINE})
def status(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Show what waits in each service, since when, and what is dead, and why (exit code 1)."""
    from hdms import events, report

    runner, environment = chosen_stack(engine)
    found = events.status(runner, environment, report.announce)
    if json:
        report.print_json([asdict(waiting) for waiting in found])
    else:
        report.print_waiting(found)
    if any(waiting.dead for waiting in found):
        raise Exit(code=1)


@command(
    name="replay",
    positional=["event"],
    help={"event": "its id, as inv events.status shows it", "engine": ENGINE},
)
def replay(_c: Context, event: str, engine: str | None = None) -> None:
    """Let a dead event take effect; one that is not dead is sent again, and takes none twice."""
    from hdms import events, report

    runner, environment = chosen_stack(engine)
    for service, done in events.replay(runner, environment, event, report.announce):
        report.say(f"{service}: {done}")


@command(
    name="rebuild",
    positional=["service"],
    help={"service": "whose copy of the people and departments, e.g. ticket", "engine": ENGINE},
)
def rebuild(_c: Context, service: str, engine: str | None = None) -> None:
    """Tell a service all people and departments again, while the system runs."""
    from hdms import events, report

    runner, environment = chosen_stack(engine)
    found = events.rebuild(runner, environment, service, report.announce)
    report.say(f"{found['people']} people, {found['departments']} departments")
