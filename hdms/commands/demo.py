"""`inv demo`."""

from dataclasses import asdict

from invoke.context import Context

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, JSON, command


@command(
    help={
        "if_empty": "only in development, and where nobody else is registered; else change nothing",
        "json": JSON,
        "engine": ENGINE,
    }
)
def demo(
    _c: Context, if_empty: bool = False, json: bool = False, engine: str | None = None
) -> None:
    """Fill a development system with people and departments; show who to sign in as."""
    from hdms import demo as organisation
    from hdms import report

    runner, environment = chosen_stack(engine)
    found = organisation.fill(runner, environment, report.announce, if_empty=if_empty)
    if json:
        report.print_json(asdict(found))
    else:
        report.print_demo(found)
