"""`inv faults`, `inv soak`, `inv bench`: trials of the running system."""

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, JSON, UNIT, command


@command(
    help={
        "only": f"only {UNIT}, or supervisor, docker (all of its containers), disk; several: a,b",
        "kind": "only this kind: restart, update, stop, kill, pause, hang, refuse or full",
        "json": JSON,
        "engine": ENGINE,
    }
)
def faults(
    _c: Context,
    only: str | None = None,
    kind: str | None = None,
    json: bool = False,
    engine: str | None = None,
) -> None:
    """Break each part in each way under load (4 minutes); who notices, recovers, loses work?"""
    from hdms import report
    from hdms.faults import page, table
    from hdms.faults.campaign import run
    from hdms.faults.kinds import choose, require_kind

    runner, environment = chosen_stack(engine)
    chosen = choose(runner, only.split(",") if only else (), kind and require_kind(kind))
    campaign = run(runner, environment, chosen, report.announce)
    report.announce(f"wrote {page.write(campaign, runner.stack, *filter(None, (only, kind)))}")
    if json:
        report.print_json(campaign.as_dict())
    else:
        table.print_campaign(campaign)
    if not campaign.passed:
        raise Exit(code=1)


@command(
    help={
        "minutes": "how long; whether 24 hours would hold is said from 4 on, of memory from 30",
        "fault_every": "seconds from one fault to the next; default: no faults",
        "json": JSON,
        "engine": ENGINE,
    }
)
def soak(
    _c: Context,
    minutes: str = "10",
    fault_every: str | None = None,
    json: bool = False,
    engine: str | None = None,
) -> None:
    """Put a steady load on the stack; watch errors, latency, memory, files, connections."""
    from hdms import report
    from hdms.soak import page, table
    from hdms.soak.soak import LEAST_MINUTES, LEAST_SECONDS, positive, run

    lasting = positive("--minutes", minutes, LEAST_MINUTES)
    every = positive("--fault-every", fault_every, LEAST_SECONDS) if fault_every else None
    runner, environment = chosen_stack(engine)
    result = run(runner, environment, lasting, every, report.announce)
    report.announce(f"wrote {page.write(result, runner.stack)}")
    if json:
        report.print_json(result.as_dict())
    else:
        table.print_soak(result)
    if not result.passed:
        raise Exit(code=1)


@command(
    help={
        "only": "only db, cache, events, door, celery, websocket or http; several: a,b",
        "against": "a file that `inv bench --json` wrote; exit code 1 if a ratio is 25% worse",
        "json": JSON,
        "engine": ENGINE,
    }
)
def bench(
    _c: Context,
    only: str | None = None,
    against: str | None = None,
    json: bool = False,
    engine: str | None = None,
) -> None:
    """Measure what our layers cost, each beside the bare driver in the same run."""
    from pathlib import Path

    from hdms import report
    from hdms.bench import table
    from hdms.bench.comparison import compare, compare_calmly
    from hdms.bench.measure import KINDS, require_kind, run
    from hdms.bench.result import read

    kinds = [require_kind(kind) for kind in only.split(",")] if only else KINDS
    before = read(Path(against)) if against else None
    runner, environment = chosen_stack(engine)
    found = run(runner, environment, kinds, report.announce)
    if before:
        found = compare_calmly(
            before, found, lambda again: run(runner, environment, again, report.announce)
        )
    changes = compare(before, found) if before else []
    if json:
        report.print_json(table.as_json(found, changes))
    else:
        table.print_bench(found, changes)
    if any(change.worse for change in changes):
        raise Exit(code=1)
