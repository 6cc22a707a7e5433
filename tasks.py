"""The commands of HDMS: a table of contents. The work is done in `hdms/`."""

import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.parser.parser import ParseMachine
from invoke.tasks import task

if TYPE_CHECKING:
    from hdms.engines.base import Engine
    from hdms.environment.environment import Environment

ENGINE = "what runs the system: compose or embedded (default: see README)"
JSON = "print data for machines"
SERVICE = "a service's name, e.g. user-service or just user"
UNIT = "a component or process, e.g. redis or file-worker"


def command(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """Return `invoke.task`, with every `HdmsError` as one screen and its exit code."""

    def decorate(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def guarded(*arguments: Any, **named: Any) -> None:
            from hdms import report
            from hdms.connections import forget_libpq_variables
            from hdms.errors import HdmsError

            forget_libpq_variables()
            try:
                function(*arguments, **named)
            except HdmsError as error:
                report.print_error(error)
                raise Exit(code=error.exit_code) from None
            except BrokenPipeError:  # `| head` has seen enough
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until the end
            except OSError as error:
                place = f"{error.filename}: " if error.filename else ""
                report.print_error(HdmsError(f"{place}{error.strerror or error}"))
                raise Exit(code=1) from None
            except KeyboardInterrupt:
                print("\ninterrupted", file=sys.stderr)
                raise Exit(code=130) from None

        return task(**options)(guarded)

    return decorate


def _allow_optional_positionals() -> None:
    """Let a positional argument that is also `optional` be left out (then it is empty).

    Invoke knows no such thing: `inv infra.logs` and `inv infra.logs redis` could not both work.
    """
    complete = ParseMachine.complete_context

    def complete_context(machine: ParseMachine) -> None:
        for argument in machine.context.positional_args if machine.context else ():
            if argument.optional and argument.value is None:
                argument.value = ""
        complete(machine)

    setattr(ParseMachine, "complete_context", complete_context)  # noqa: B010 - mypy knows methods


_allow_optional_positionals()


def _engine(name: str | None) -> "Engine":
    from hdms.engines import choose
    from hdms.stack import Stack

    return choose(Stack.chosen(), name)


def _stack(name: str | None) -> tuple["Engine", "Environment"]:
    from hdms.environment.validation import load

    engine = _engine(name)
    return engine, load(engine.stack)


# --- env ------------------------------------------------------------------------------------


@command(name="init", help={"free_ports": "take ports that are free now, for a second stack"})
def env_init(_c: Context, free_ports: bool = False) -> None:
    """Write the .env files, and in .env the passwords, that are missing; what exists stays."""
    from hdms import report
    from hdms.environment.initial import (
        add_missing_secrets,
        free_host_ports,
        write_initial_files,
    )
    from hdms.errors import InvalidInput
    from hdms.stack import Stack

    stack = Stack.chosen()
    if free_ports and stack.root_env.exists():
        raise InvalidInput(
            f"--free-ports is for a new .env, and {stack.root_env} exists",
            "set the ..._HOST_PORT variables there, then `inv env.sync`; or delete it first",
        )
    added = add_missing_secrets(stack)
    if added:
        report.say(f"added {', '.join(added)} to .env")
    written = write_initial_files(stack, free_host_ports() if free_ports else None)
    for path in written:
        report.say(f"wrote {path}")
    if not written and not added:
        report.say("every .env file exists already; nothing was changed")


@command(
    name="sync",
    help={
        "check": "change nothing; exit code 1 if something differs",
        "dry_run": "change nothing; show what would be done",
        "engine": ENGINE,
    },
)
def env_sync(
    _c: Context, check: bool = False, dry_run: bool = False, engine: str | None = None
) -> None:
    """After an edit of .env: validate, carry to the services' files and the running stack."""
    from hdms import report, synchronise

    runner = _engine(engine)
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
        _verify(runner, plan.after, None, as_json=False, only_running=True)


@command(name="show", help={"service": SERVICE, "json": JSON})
def env_show(_c: Context, service: str | None = None, json: bool = False) -> None:
    """Show the variables of the root .env or of a service, secrets masked."""
    from hdms import report
    from hdms.environment.listing import listing

    rows = listing(_stack(None)[1], service)
    if json:
        report.print_json([row.__dict__ for row in rows])
    else:
        report.print_table(
            ("variable", "value", "from"), [(r.name, r.value, r.place) for r in rows]
        )


@command(name="document")
def env_document(_c: Context) -> None:
    """Write docs/environment-variables.md and the .env.example files from the schema."""
    from hdms import report
    from hdms.environment.documentation import generated_files
    from hdms.stack import PROJECT

    for path, text in generated_files().items():
        path.write_text(text, encoding="utf-8")
        report.say(f"wrote {path.relative_to(PROJECT)}")


# --- infra ----------------------------------------------------------------------------------


@command(name="up", help={"engine": ENGINE})
def infra_up(_c: Context, engine: str | None = None) -> None:
    """Start PostgreSQL, PgBouncer, Redis and RabbitMQ; wait until each has proved that it works."""
    from hdms.catalog import component_names

    _up(engine, component_names())


@command(
    name="down",
    help={
        "volumes": "also delete all data",
        "yes": "do not ask before deleting",
        "engine": ENGINE,
    },
)
def infra_down(
    _c: Context, volumes: bool = False, yes: bool = False, engine: str | None = None
) -> None:
    """Stop everything, the services first. The data stay, unless --volumes."""
    from hdms import report
    from hdms.engines import forget

    runner = _engine(engine)
    if volumes and not yes:
        report.confirm(
            "delete the database, Redis' and RabbitMQ's data and stored files of the "
            f"{runner.name} engine?"
        )
    stopped = runner.down([], report.announce)
    forget(runner)
    nothing = f"nothing was running on the {runner.name} engine"
    report.say(f"stopped: {', '.join(stopped)}" if stopped else nothing)
    if volumes:
        runner.delete_data()
        report.say(f"deleted all data of the {runner.name} engine")


@command(name="status", help={"json": JSON, "engine": ENGINE})
def infra_status(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Show the state of every component and process."""
    from hdms.catalog import component_names

    _status(engine, json, component_names())


@command(
    name="logs",
    positional=["name"],
    optional=["name"],
    help={
        "name": "a component or process; default: every component",
        "follow": "go on with what is written from now on",
        "lines": "how many lines from the end",
        "engine": ENGINE,
    },
)
def infra_logs(
    _c: Context, name: str, follow: bool = False, lines: int = 50, engine: str | None = None
) -> None:
    """Show the components' logs."""
    from hdms.catalog import component_names

    _logs(engine, [name] if name else component_names(), lines, follow)


@command(name="start", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def infra_start(_c: Context, name: str, engine: str | None = None) -> None:
    """Start one component or process."""
    from hdms.catalog import require_unit

    _up(engine, [require_unit(name)])


@command(name="stop", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def infra_stop(_c: Context, name: str, engine: str | None = None) -> None:
    """Stop one component or process; the others go on without it."""
    from hdms.catalog import require_unit

    _down(engine, [require_unit(name)])


@command(name="restart", positional=["name"], help={"name": UNIT, "engine": ENGINE})
def infra_restart(_c: Context, name: str, engine: str | None = None) -> None:
    """Stop one component or process and start it with its current configuration."""
    from hdms import report
    from hdms.catalog import require_unit

    unit = require_unit(name)
    runner, environment = _stack(engine)
    started = runner.restart(environment, unit, report.announce)
    report.print_started([started], started.seconds)


@command(name="psql", help={"command": "SQL to run instead of a prompt", "engine": ENGINE})
def infra_psql(_c: Context, command: str | None = None, engine: str | None = None) -> None:
    """Open psql as superuser, through PgBouncer."""
    from hdms import clients

    arguments = ["--command", command] if command else []
    raise Exit(code=clients.open_psql(*_stack(engine), arguments))


@command(name="redis", help={"command": "a command to run instead of a prompt", "engine": ENGINE})
def infra_redis(_c: Context, command: str | None = None, engine: str | None = None) -> None:
    """Open redis-cli."""
    from hdms import clients
    from hdms.process import split_words

    arguments = split_words(command) if command else []
    raise Exit(code=clients.open_redis_cli(*_stack(engine), arguments))


# --- services -------------------------------------------------------------------------------


@command(name="up", help={"engine": ENGINE})
def services_up(_c: Context, engine: str | None = None) -> None:
    """Start the services' processes and wait until each is ready."""
    from hdms.catalog import process_names

    _up(engine, process_names())


@command(name="down", help={"engine": ENGINE})
def services_down(_c: Context, engine: str | None = None) -> None:
    """Stop the services' processes; the infrastructure goes on."""
    from hdms.catalog import process_names

    _down(engine, process_names())


@command(name="status", help={"json": JSON, "engine": ENGINE})
def services_status(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Show the state of every service's processes."""
    from hdms.catalog import process_names

    _status(engine, json, process_names())


@command(
    name="logs",
    positional=["name"],
    optional=["name"],
    help={
        "name": "a process; default: all",
        "follow": "go on with what is written from now on",
        "lines": "how many lines from the end",
        "engine": ENGINE,
    },
)
def services_logs(
    _c: Context, name: str, follow: bool = False, lines: int = 50, engine: str | None = None
) -> None:
    """Show the services' logs."""
    from hdms.catalog import process_names

    _logs(engine, [name] if name else process_names(), lines, follow)


@command(
    name="scale",
    positional=["process"],
    help={"process": "a worker and a number, e.g. task-worker=3", "engine": ENGINE},
)
def services_scale(_c: Context, process: str, engine: str | None = None) -> None:
    """Let several of a worker run side by side; kept in .env."""
    from hdms import report, scaling

    name, count = scaling.parse(process)
    runner = _engine(engine)
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
def services_manage(_c: Context, service: str, command: str, engine: str | None = None) -> None:
    """Run a manage.py command, or Alembic's for task-service, in a service's own environment."""
    from hdms.catalog import find_own_service
    from hdms.process import split_words

    found = find_own_service(service)
    runner, environment = _stack(engine)
    words = [*found.framework.manage, *split_words(command)]
    raise Exit(code=runner.run(environment, found.name, words, interactive=True).exit_code)


# --- migrate, doctor ------------------------------------------------------------------------


@command(help={"all": "every service", "service": SERVICE, "engine": ENGINE})
def migrate(
    _c: Context, all: bool = False, service: str | None = None, engine: str | None = None
) -> None:
    """Bring the database schema of one or all services up to date; safe to run again."""
    from hdms import migrate as migrations
    from hdms import report
    from hdms.catalog import SERVICES, find_own_service
    from hdms.errors import InvalidInput

    if all == bool(service):
        raise InvalidInput("expected either --all or --service NAME", "inv migrate --all")
    services = [find_own_service(service)] if service else list(SERVICES)
    results = migrations.migrate(*_stack(engine), services, report.announce)
    report.print_migrated(results)
    if any(result.error for result in results):
        raise Exit(code=1)


@command(help={"json": JSON, "engine": ENGINE})
def doctor(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Examine this machine and checkout; every line is OK or names a remedy."""
    from hdms import report
    from hdms.doctor import examine

    findings = examine(_engine(engine))
    if json:
        report.print_json([finding.__dict__ for finding in findings])
    else:
        report.print_findings(findings)
    if any(finding.state == "fail" for finding in findings):
        raise Exit(code=1)


# --- faults ---------------------------------------------------------------------------------


@command(
    help={
        "only": f"only {UNIT}",
        "kind": "only this kind: restart, stop, kill, pause or refuse",
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
    from hdms.catalog import require_unit
    from hdms.faults import page
    from hdms.faults.campaign import run
    from hdms.faults.kinds import faults as all_faults
    from hdms.faults.kinds import require_kind

    chosen = all_faults(require_unit(only) if only else None, require_kind(kind) if kind else None)
    runner, environment = _stack(engine)
    campaign = run(runner, environment, chosen, report.announce)
    report.announce(f"wrote {page.write(campaign, runner.stack, *filter(None, (only, kind)))}")
    if json:
        report.print_json(campaign.as_dict())
    else:
        report.print_campaign(campaign)
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
    from hdms.soak import page
    from hdms.soak.soak import LEAST_MINUTES, LEAST_SECONDS, positive, run

    lasting = positive("--minutes", minutes, LEAST_MINUTES)
    every = positive("--fault-every", fault_every, LEAST_SECONDS) if fault_every else None
    runner, environment = _stack(engine)
    result = run(runner, environment, lasting, every, report.announce)
    report.announce(f"wrote {page.write(result, runner.stack)}")
    if json:
        report.print_json(result.as_dict())
    else:
        report.print_soak(result)
    if not result.passed:
        raise Exit(code=1)


# --- bench ----------------------------------------------------------------------------------


@command(
    help={
        "only": "only db, cache, celery, websocket or http",
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
    from hdms.bench.comparison import compare, compare_calmly
    from hdms.bench.measure import KINDS, require_kind, run
    from hdms.bench.result import read

    kinds = [require_kind(only)] if only else KINDS
    before = read(Path(against)) if against else None
    runner, environment = _stack(engine)
    found = run(runner, environment, kinds, report.announce)
    if before:
        found = compare_calmly(
            before, found, lambda again: run(runner, environment, again, report.announce)
        )
    changes = compare(before, found) if before else []
    if json:
        report.print_json(report.bench_as_json(found, changes))
    else:
        report.print_bench(found, changes)
    if any(change.worse for change in changes):
        raise Exit(code=1)


# --- verify ---------------------------------------------------------------------------------


def _verification(check: str | None, what: str) -> Any:
    @command(name=check or "all", help={"json": JSON, "engine": ENGINE})
    def verification(_c: Context, json: bool = False, engine: str | None = None) -> None:
        runner, environment = _stack(engine)
        _verify(runner, environment, check, as_json=json)

    verification.__doc__ = what
    return verification


def _verify(
    engine: "Engine",
    environment: "Environment",
    check: str | None,
    as_json: bool,
    only_running: bool = False,
) -> None:
    from hdms import report
    from hdms.checks.result import CHECKS
    from hdms.checks.suite import verify

    begin = time.monotonic()
    checks = [check] if check else CHECKS
    results = verify(engine, environment, checks, report.announce, only_running)
    seconds = time.monotonic() - begin
    if as_json:
        report.print_json(report.results_as_json(results, seconds))
    else:
        report.print_results(results, seconds)
    if not all(result.passed for result in results):
        raise Exit(code=1)


# --- what several commands share -----------------------------------------------------------


def _up(engine: str | None, names: Sequence[str]) -> None:
    from hdms import report
    from hdms.engines import remember, require_sole

    begin = time.monotonic()
    runner, environment = _stack(engine)
    require_sole(runner)
    report.announce(f"starting {', '.join(names)} ({runner.name} engine)")
    started = runner.up(environment, names, report.announce)
    remember(runner)
    report.print_started(started, time.monotonic() - begin)
    # What was started just now has the newest values.
    ran_already = any(not unit.seconds for unit in started)
    if environment.drift() or (ran_already and runner.pending(environment)):
        report.say("note: .env or a compose file has changed since parts were told: inv env.sync")


def _down(engine: str | None, names: Sequence[str]) -> None:
    from hdms import report

    stopped = _engine(engine).down(names, report.announce)
    report.say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def _status(engine: str | None, as_json: bool, names: Sequence[str]) -> None:
    from hdms import report

    runner = _engine(engine)
    units = [unit for unit in runner.status() if unit.name in names]
    if as_json:
        report.print_json([unit.__dict__ for unit in units])
    else:
        report.print_status(units)
        report.say(f"on the {runner.name} engine")


def _logs(engine: str | None, names: Sequence[str], lines: int, follow: bool) -> None:
    from hdms import report
    from hdms.catalog import require_unit

    units = [require_unit(name) for name in names]
    report.print_logs(_engine(engine), units, lines, follow)


def _collection(name: str, *tasks: Any, default: str | None = None) -> Collection:
    collection = Collection(name)
    for each in tasks:
        collection.add_task(each, default=each.name == default)
    return collection


namespace = Collection(
    _collection("env", env_init, env_sync, env_show, env_document),
    _collection(
        "infra", infra_up, infra_down, infra_status, infra_logs, infra_start, infra_stop,
        infra_restart, infra_psql, infra_redis,
    ),
    _collection(
        "services", services_up, services_down, services_status, services_logs, services_scale,
        services_manage,
    ),
    _collection(
        "verify",
        _verification(None, "Prove every connection from inside every service."),
        _verification("db", "Prove that each service reads and writes through PgBouncer."),
        _verification("cache", "Prove each service's cache on Redis database 0."),
        _verification("celery", "Prove a task's way through Redis database 2 and back."),
        _verification("channels", "Prove WebSocket broadcast through Redis database 1."),
        _verification("queue", "Prove a message's way through RabbitMQ, and that a worker waits."),
        _verification("health", "Prove every health endpoint and every component's own probe."),
        default="all",
    ),
    migrate,
    doctor,
    faults,
    soak,
    bench,
)  # fmt: skip
