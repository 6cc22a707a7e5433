"""`inv services...`: the processes of the services."""

import time

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands import units
from hdms.commands.chosen import chosen_engine, chosen_stack, stack_to_change
from hdms.commands.command import ENGINE, JSON, SERVICE, command, of_logs


@command(name="up", help={"engine": ENGINE})
def up(_c: Context, engine: str | None = None) -> None:
    """Start the services' processes and wait until each is ready."""
    from hdms.catalog import process_names

    units.up(engine, process_names())


@command(name="down", help={"engine": ENGINE})
def down(_c: Context, engine: str | None = None) -> None:
    """Stop the services' processes; the infrastructure goes on."""
    from hdms.catalog import process_names

    units.down(engine, process_names())


@command(name="update", help={"engine": ENGINE})
def update(_c: Context, engine: str | None = None) -> None:
    """Give the running services the checkout's code: migrate, then replace each while it serves."""
    from hdms import migrate as migrations
    from hdms import report
    from hdms.catalog import SERVICES, process_names

    begin = time.monotonic()
    with stack_to_change(engine) as (runner, environment):
        results = migrations.migrate(runner, environment, list(SERVICES), report.announce)
        report.print_migrated(results, "inv services.update")
        if any(result.error for result in results):
            raise Exit(code=1)
        updated = runner.update(environment, process_names(), report.announce)
    report.print_started(updated, time.monotonic() - begin)


@command(name="status", help={"json": JSON, "engine": ENGINE})
def status(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Show the state of every service's processes."""
    from hdms.catalog import process_names

    units.status(engine, json, process_names())


@command(**of_logs("a process; default: all"))
def logs(
    _c: Context, name: str, follow: bool = False, lines: int = 50, engine: str | None = None
) -> None:
    """Show the services' logs."""
    from hdms.catalog import process_names

    units.logs(engine, [name] if name else process_names(), lines, follow)


@command(
    name="scale",
    positional=["process"],
    help={"process": "a worker and a number, e.g. task-worker=3", "engine": ENGINE},
)
def scale(_c: Context, process: str, engine: str | None = None) -> None:
    """Let several of a worker run side by side; kept in .env."""
    from hdms import report, scaling

    name, count = scaling.parse(process)
    runner = chosen_engine(engine)
    if not scaling.scale(runner, name, count, report.announce):
        report.say(f"nothing to do: {name}={count} already")
        return
    report.say(f"{name}={count} is in .env")
    report.print_status([u for u in runner.status() if u.name == process.partition("=")[0]])


@command(
    name="manage",
    positional=["service", "command"],
    help={
        "service": SERVICE,
        "command": 'e.g. "shell", "createsuperuser", for task-service "current"',
        "engine": ENGINE,
    },
)
def manage(_c: Context, service: str, command: str, engine: str | None = None) -> None:
    """Run a manage.py command, or Alembic's for task-service, in a service's own environment."""
    from hdms.catalog import find_own_service
    from hdms.process import split_words

    found = find_own_service(service)
    runner, environment = chosen_stack(engine)
    words = [*found.framework.manage, *split_words(command)]
    raise Exit(code=runner.run(environment, found.name, words, interactive=True).exit_code)
