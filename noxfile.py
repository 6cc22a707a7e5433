"""Isolated sessions, made from the catalog: `nox` runs all of them, `nox -s verify` one kind."""

import atexit
import dataclasses
import functools
import json
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

import nox

from hdms import app as application
from hdms import demo, report, service_tests, virtualenvs, workspace
from hdms.catalog import FRONTEND, SERVICES, component_names, process_names
from hdms.checks.result import CHECKS, CheckResult
from hdms.checks.suite import verify as verify_all
from hdms.connections import forget_libpq_variables
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.base import Engine
from hdms.engines.choice import choose
from hdms.engines.compose.client import require_docker
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.migrate import migrate
from hdms.parity import differences
from hdms.service import DJANGO
from hdms.stack import PROJECT, Stack

forget_libpq_variables()
# Nox logs everything; a line for each question to Docker's API would bury the rest.
logging.getLogger("urllib3").setLevel(logging.WARNING)
logging.getLogger("docker").setLevel(logging.WARNING)

# Each session runs in a virtual environment of `.hdms/venvs`, which the stacks use, too.
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "typecheck", "app", "journeys", "system", "tests", "verify"]

RESILIENCE = "tests/resilience"
NIGHTLY = "tests/nightly"
NO_TESTS = 5  # pytest's exit code where none was selected
NIGHTLY_PROFILE = "--hypothesis-profile=nightly"
TASKS_NIGHTLY = ["tests/nightly", "tests/test_openapi.py"]  # of task-service
LONG = (service_tests.TOOLKIT, "task-service")
QUICK = "quick"
"""Tag of what takes seconds, or one core only: CI runs it beside a long session."""
SERVICE_NAMES = [service.name for service in SERVICES]


@nox.session(tags=[QUICK])
def lint(session: nox.Session) -> None:
    """Check style and formatting (ruff), and who may import what (import-linter)."""
    _tool(session, "ruff", "check", ".")
    _tool(session, "ruff", "format", "--check", ".")
    _imports(session, [p.folder / "src" for p in workspace.packages()], PROJECT / "pyproject.toml")
    for service in SERVICES:
        folder = PROJECT / "services" / service.name
        with session.chdir(folder):
            source = folder / service.framework.folder
            _imports(session, [source], _configuration(folder, "importlinter.ini"))


def _imports(session: nox.Session, sources: list[Path], configuration: Path) -> None:
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources))}
    options = ("--no-cache", str(configuration))
    _run(session, workspace.TOOLKIT, "lint-imports", *options, only=variables)


def _configuration(folder: Path, name: str) -> Path:
    """Return a service's own file of this name, else the one that all Django services have."""
    own = folder / name
    return own if own.exists() else folder.parent / name


@nox.session(tags=[QUICK])
def typecheck(session: nox.Session) -> None:
    """Check the types of the toolkit and of the services (mypy, strict)."""
    _tool(session, "mypy")
    # The settings are read, since Django's types depend on them: nothing is reached.
    required = ("DB_PASSWORD", "DB_USER", "RABBITMQ_PASSWORD", "SECRET_KEY")
    variables = {**os.environ, "HDMS_ENV_FILE": os.devnull, **dict.fromkeys(required, "none")}
    for service in SERVICE_NAMES:
        folder = PROJECT / "services" / service
        with session.chdir(folder):
            configuration = str(_configuration(folder, "mypy.ini"))
            _run(session, service, "mypy", "--config-file", configuration, only=variables)


@nox.session(tags=[QUICK])
def app(session: nox.Session) -> None:
    """Check the browser's part: style, types, its components."""
    application.install(session.log)
    for script in ("check", "test"):
        _npm(session, "run", script)


@nox.session(tags=[QUICK])
def journeys(session: nox.Session) -> None:
    """Use the browser's part as people do, in Chromium, before a front door of its own."""
    _before_a_front_door(session, "journeys", *session.posargs)


@nox.session(tags=[QUICK])
def system(session: nox.Session) -> None:
    """Sign in as each kind of person, in Chromium: on the running stack, or one made for it."""
    session.run(PROJECT / "scripts" / "install-chromium.sh", external=True)
    application.install(session.log)
    found = _running_demo(session)
    if found is None:
        session.log("no stack with the demo's people is running: making one")
        engine, environment = _disposable_stack()
        _bring_up(session, engine, environment)
        found = demo.fill(engine, environment, session.log, if_empty=True)
    sign_ins = json.dumps([dataclasses.asdict(each) for each in found.sign_ins])
    variables = {"HDMS_ADDRESS": found.address, "HDMS_SIGN_INS": sign_ins}
    _npm(session, "run", "system", "--", *session.posargs, **variables)


@nox.session
def screens(session: nox.Session) -> None:
    """Let axe look at every screen, and put a picture of each into docs/screens (minutes)."""
    pictures = PROJECT / "docs" / "screens"
    _before_a_front_door(session, "screens", *session.posargs, HDMS_SCREENS=str(pictures))


def _before_a_front_door(session: nox.Session, script: str, *arguments: str, **more: str) -> None:
    session.run(PROJECT / "scripts" / "install-chromium.sh", external=True)
    application.install(session.log)
    with disposable_stack() as (engine, environment):
        engine.up(environment, [FRONTEND.name], session.log)
        host, port = engine.address(environment, FRONTEND.name)
        address = f"http://{host}:{port}"
        _npm(session, "run", script, "--", *arguments, HDMS_ADDRESS=address, **more)


def _npm(session: nox.Session, *arguments: str, **variables: str) -> None:
    with session.chdir(application.APP):
        command = map(str, [*application.command(), *arguments])
        session.run(*command, env={**application.variables(), **variables}, external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Renew the lock after a change to a pyproject.toml (`-- --upgrade`: upgrade)."""
    session.run(*workspace.lock_command(), *session.posargs, external=True)


@nox.session
@nox.parametrize(
    "of",
    [nox.param(name, id=name, tags=[] if name in LONG else [QUICK]) for name in service_tests.SETS],
)
def tests(session: nox.Session, of: str) -> None:
    """Run the tests of the toolkit or of a service, on stacks of their own."""
    if of == service_tests.TOOLKIT:
        # They mostly wait, for servers to start and stop: four at a time halve that.
        _tool(session, "pytest", "--numprocesses=4", *session.posargs)
        return
    prepared = service_tests.prepare(*_disposable_stack(), of, session.log)
    with session.chdir(prepared.folder):
        arguments = session.posargs
        _run(session, prepared.project, "pytest", *arguments, only=prepared.variables)


@nox.session(tags=[QUICK])
@nox.parametrize("service", [nox.param(name, id=name) for name in SERVICE_NAMES])
def verify(session: nox.Session, service: str) -> None:
    """Prove a service's connections: to the running stack, else to one made for this."""
    found = _running_stack()
    if found is None:
        session.log("no stack is running: verifying against a disposable one")
        found = _disposable_stack()
        service_tests.prepare(*found, service, session.log)
    engine, environment = found
    with session.chdir(PROJECT / "services" / service):
        variables = engine.variables(environment, service)
        _run(session, service, "pytest", "tests/connectivity", only=variables)


@nox.session
@nox.parametrize("engine", [nox.param(name, id=name) for name in ("embedded", "compose")])
def resilience(session: nox.Session, engine: str) -> None:
    """Break everything under load, then soak: minutes, so not among the sessions of `nox`."""
    if engine == "compose":
        _skip_without_docker(session)
    # Its tables are worth seeing.
    _tool(session, "pytest", "--capture=no", RESILIENCE, f"--engine={engine}", *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """Run what takes long and seldom fails: every tests/nightly, `resilience` on both engines."""
    session.notify("tests(task-service)", [NIGHTLY_PROFILE, *TASKS_NIGHTLY])
    for service in SERVICES:
        if service.framework is DJANGO:
            session.notify(f"tests({service.name})", [NIGHTLY_PROFILE, "tests/test_openapi.py"])
    session.notify("resilience(embedded)")
    session.notify("resilience(compose)")
    session.notify("parity")
    session.notify("screens")
    # What follows `--` may select tests of one place only.
    ends = (0, NO_TESTS) if session.posargs else (0,)
    for which in ([NIGHTLY], ["-m", "nightly"]):
        _tool(session, "pytest", *which, *session.posargs, success_codes=ends)
    _tool(session, "python", "scripts/measure-startup.py", "3")
    _tool(session, "python", "scripts/measure-compose-startup.py")


@nox.session
def parity(session: nox.Session) -> None:
    """Prove that the system is the same without Docker and in containers."""
    _skip_without_docker(session)
    proven = {}
    for name, stack in (("embedded", disposable_stack), ("compose", disposable_containers)):
        session.log(f"the {name} engine")
        with stack() as (engine, environment):
            proven[name] = _prove_all(session, engine, environment)
    found = differences(proven["embedded"], proven["compose"])
    if found:
        session.error("embedded and compose differ:\n  " + "\n  ".join(found))
    failed = [r.id for results in proven.values() for r in results if not r.passed]
    if failed:
        session.error(f"not proven: {', '.join(failed)}")
    session.log(f"both engines proved the same {len(proven['compose'])} connections")


def _skip_without_docker(session: nox.Session) -> None:
    try:
        require_docker()
    except HdmsError as error:
        session.skip(f"this machine cannot run containers: {error.message} ({error.hint})")


def _prove_all(session: nox.Session, engine: Engine, environment: Environment) -> list[CheckResult]:
    begin = time.monotonic()
    _bring_up(session, engine, environment)
    results = verify_all(engine, environment, CHECKS, session.log)
    report.print_results(results, time.monotonic() - begin)
    return results


def _bring_up(session: nox.Session, engine: Engine, environment: Environment) -> None:
    engine.up(environment, component_names(), session.log)
    failed = [r for r in migrate(engine, environment, SERVICES, session.log) if r.error]
    if failed:
        session.error(f"the migrations of {failed[0].service} failed:\n{failed[0].error}")
    engine.up(environment, process_names(), session.log)


def _tool(
    session: nox.Session, program: str, *arguments: str, success_codes: Sequence[int] = (0,)
) -> None:
    """Run a program of the toolkit's virtual environment."""
    _run(session, workspace.TOOLKIT, program, *arguments, success_codes=success_codes)


def _run(
    session: nox.Session,
    project: str,
    program: str,
    *arguments: str,
    only: dict[str, str] | None = None,
    success_codes: Sequence[int] = (0,),
) -> None:
    """Run a program of a project's virtual environment; `only`: with no other variables."""
    path_of_program, path = virtualenvs.program(project, program, session.log)
    session.run(
        path_of_program,
        *arguments,
        env={**(os.environ if only is None else only), **path},
        include_outer_env=False,
        external=True,
        success_codes=success_codes,
    )


def _running_stack() -> tuple[Engine, Environment] | None:
    stack = Stack.chosen()
    engine = choose(stack)
    if not engine.running().issuperset(component_names()):
        return None
    return engine, load(stack)


def _running_demo(session: nox.Session) -> demo.Demo | None:
    """Who signs in on the running stack, if all of it runs and is the demo's alone."""
    found = _running_stack()
    if found is None or not found[0].running().issuperset(process_names()):
        return None
    told = demo.fill(*found, session.log, if_empty=True)
    return told if told.sign_ins and all(each.password for each in told.sign_ins) else None


@functools.cache
def _disposable_stack() -> tuple[Engine, Environment]:
    context = disposable_stack()
    engine, environment = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    engine.up(environment, component_names(), nox.logger.logger.info)
    return engine, environment
