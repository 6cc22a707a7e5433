"""`inv env...`: the `.env` files."""

from contextlib import nullcontext

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_stack, stack_to_change
from hdms.commands.command import ENGINE, JSON, SERVICE, command
from hdms.commands.generate import generate
from hdms.commands.verify import verify


@command(
    name="init",
    help={"free_ports": "take free ports; in an .env that exists, in place of taken ones"},
)
def init(_c: Context, free_ports: bool = False) -> None:
    """Write the .env files, and in .env the passwords, that are missing; what exists stays."""
    from hdms import report
    from hdms.engines.lock import exclusively
    from hdms.environment.initial import (
        add_missing_secrets,
        free_host_ports,
        write_initial_files,
    )
    from hdms.stack import Stack

    stack = Stack.chosen()
    if free_ports and stack.root_env.exists():
        _replace_taken_ports()
    # Before the first start there is nothing that another command could be changing.
    with exclusively(stack, report.announce) if stack.state.exists() else nullcontext():
        added = add_missing_secrets(stack)
        written = write_initial_files(stack, free_host_ports() if free_ports else None)
    if added:
        report.say(f"added {', '.join(added)} to .env")
    for path in written:
        report.say(f"wrote {path}")
    if not (written or added or free_ports):
        report.say("every .env file exists already; nothing was changed")


@command(
    name="sync",
    help={
        "check": "change nothing; exit code 1 if something differs",
        "dry_run": "change nothing; show what would be done",
        "engine": ENGINE,
    },
)
def sync(
    _c: Context, check: bool = False, dry_run: bool = False, engine: str | None = None
) -> None:
    """After an edit of .env: validate, carry to the services' files and the running stack."""
    from hdms import report, synchronise

    with stack_to_change(engine) as (runner, _):
        plan = synchronise.make_plan(runner)
        if plan.empty:
            report.say("nothing to do: files and running stack are what .env says")
            return
        for line in plan.lines():
            report.say(line)
        if check:
            raise Exit(code=1)
        if dry_run:
            return
        synchronise.carry_out(plan, runner, report.announce)
        if runner.running():
            verify(runner, plan.after, None, as_json=False, only_running=True)


@command(name="show", help={"service": SERVICE, "json": JSON})
def show(_c: Context, service: str | None = None, json: bool = False) -> None:
    """Show the variables of the root .env or of a service, secrets masked."""
    from hdms import report
    from hdms.environment.listing import listing

    rows = listing(chosen_stack(None)[1], service)
    if json:
        report.print_json([row.__dict__ for row in rows])
    else:
        report.print_table(
            ("variable", "value", "from"), [(r.name, r.value, r.place) for r in rows]
        )


@command(name="document")
def document(c: Context) -> None:
    """Do what `inv generate` does: its former name."""
    generate(c)


def _replace_taken_ports() -> None:
    from hdms import report
    from hdms.catalog import port_variables
    from hdms.environment.initial import replace_taken_ports

    with stack_to_change(None) as (engine, environment):
        own = {name for unit in engine.running() for name in port_variables(unit)}
        chosen = replace_taken_ports(environment.stack, own)
    for name, port in chosen.items():
        report.say(f"{name}={port} in .env, in place of {environment[name]}, which is taken")
