"""`inv infra...`: the components, and everything together."""

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands import units
from hdms.commands.chosen import chosen_engine, chosen_stack, stack_to_change
from hdms.commands.command import ENGINE, JSON, UNIT, command, of_logs


@command(name="up", help={"engine": ENGINE})
def up(_c: Context, engine: str | None = None) -> None:
    """Start PostgreSQL, PgBouncer, Redis and RabbitMQ; wait until each has proved that it works."""
    from hdms.catalog import component_names

    units.up(engine, component_names())


@command(
    name="down",
    help={
        "volumes": "also delete all data",
        "yes": "do not ask before deleting",
        "engine": ENGINE,
    },
)
def down(_c: Context, volumes: bool = False, yes: bool = False, engine: str | None = None) -> None:
    """Stop everything, the services first. The data stay, unless --volumes."""
    from hdms import report
    from hdms.engines.choice import forget
    from hdms.service_tests import discard_kept_stack

    runner = chosen_engine(engine)
    if volumes and not yes:
        report.confirm(
            "delete the database, Redis' and RabbitMQ's data and stored files of the "
            f"{runner.name} engine?"
        )
    discard_kept_stack(runner.stack, report.announce)
    stopped = runner.down([], report.announce)
    nothing = f"nothing was running on the {runner.name} engine"
    report.say(f"stopped: {', '.join(stopped)}" if stopped else nothing)
    if volumes:
        runner.delete_data()
        forget(runner)
        report.say(f"deleted all data of the {runner.name} engine")


@command(name="status", help={"json": JSON, "engine": ENGINE})
def status(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Show the state of every component and process."""
    from hdms.catalog import component_names

    units.status(engine, json, component_names())


@command(**of_logs("a component or process; default: every component"))
def logs(
    _c: Context, name: str, follow: bool = False, lines: int = 50, engine: str | None = None
) -> None:
    """Show the components' logs."""
    from hdms.catalog import component_names

    units.logs(engine, [name] if name else component_names(), lines, follow)


@command(name="start", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def start(_c: Context, name: str, engine: str | None = None) -> None:
    """Start one component or process."""
    from hdms.catalog import require_unit

    units.up(engine, [require_unit(name)])


@command(name="stop", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def stop(_c: Context, name: str, engine: str | None = None) -> None:
    """Stop one component or process; the others go on without it."""
    from hdms.catalog import require_unit

    units.down(engine, [require_unit(name)])


@command(name="restart", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def restart(_c: Context, name: str, engine: str | None = None) -> None:
    """Stop one component or process and start it with its current configuration."""
    from hdms import report
    from hdms.catalog import require_unit

    unit = require_unit(name)
    with stack_to_change(engine) as (runner, environment):
        started = runner.restart(environment, unit, report.announce)
    report.print_started([started], started.seconds)


@command(name="psql", help={"command": "SQL to run instead of a prompt", "engine": ENGINE})
def psql(_c: Context, command: str | None = None, engine: str | None = None) -> None:
    """Open psql as superuser, through PgBouncer."""
    from hdms.catalog import POSTGRES

    arguments = ["--command", command] if command else []
    raise Exit(code=POSTGRES.open_prompt(*chosen_stack(engine), arguments))


@command(name="redis", help={"command": "a command to run instead of a prompt", "engine": ENGINE})
def redis(_c: Context, command: str | None = None, engine: str | None = None) -> None:
    """Open redis-cli."""
    from hdms.catalog import REDIS
    from hdms.process import split_words

    arguments = split_words(command) if command else []
    raise Exit(code=REDIS.open_prompt(*chosen_stack(engine), arguments))
