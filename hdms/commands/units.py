"""What commands do with components and with processes alike."""

import time
from collections.abc import Sequence

from hdms.commands.chosen import chosen_engine, stack_to_change


def up(engine: str | None, names: Sequence[str]) -> None:
    """Start units, wait until each is ready, and show what took how long."""
    from hdms import report
    from hdms.engines.choice import former, remember, require_sole

    begin = time.monotonic()
    with stack_to_change(engine) as (runner, environment):
        require_sole(runner)
        other = former(runner)
        if other:
            report.say(
                f"note: this stack was on the {other} engine, where its data stay; "
                f"the {runner.name} engine has data of its own"
            )
        report.announce(f"starting {', '.join(names)} ({runner.name} engine)")
        started = runner.up(environment, names, report.announce)
        remember(runner)
        report.print_started(started, time.monotonic() - begin)
        # What was started just now has the newest values.
        ran_already = any(not unit.seconds for unit in started)
        if environment.drift() or (ran_already and runner.pending(environment)):
            report.say(
                "note: .env or a compose file has changed since parts were told: inv env.sync"
            )
        left = sorted(runner.wanted.names() - runner.running())
        if left:
            report.say(f"note: {', '.join(left)} should run, too, and do not: inv env.sync")


def down(engine: str | None, names: Sequence[str]) -> None:
    """Stop units, and show which ran."""
    from hdms import report

    stopped = chosen_engine(engine).down(names, report.announce)
    report.say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def status(engine: str | None, as_json: bool, names: Sequence[str]) -> None:
    """Show the state of units."""
    from hdms import report

    runner = chosen_engine(engine)
    units = [unit for unit in runner.status() if unit.name in names]
    if as_json:
        report.print_json([unit.__dict__ for unit in units])
    else:
        report.print_status(units)
        report.say(f"on the {runner.name} engine")


def logs(engine: str | None, names: Sequence[str], lines: int, follow: bool) -> None:
    """Show the end of units' logs, and with `follow` what comes."""
    from hdms import report
    from hdms.catalog import require_unit
    from hdms.errors import InvalidInput

    if lines < 0:
        raise InvalidInput(f"--lines {lines}: expected 0 or more")
    units = [require_unit(name) for name in names]
    report.print_logs(chosen_engine(engine), units, lines, follow)
