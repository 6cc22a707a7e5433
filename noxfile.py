"""Isolated sessions, made from the catalog: `nox` runs all of them, `nox -s verify` one kind."""

import atexit
import functools
import logging
import shlex
import sys
import time
from pathlib import Path

import nox

from hdms import report
from hdms.catalog import SERVICES, component_names, find_service, process_names
from hdms.checks.result import CHECKS, CheckResult
from hdms.checks.suite import verify as verify_all
from hdms.connections import forget_libpq_variables
from hdms.disposable import MARK, disposable_containers, disposable_stack
from hdms.engines import choose
from hdms.engines.base import Engine
from hdms.engines.compose.client import require_docker
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.migrate import migrate
from hdms.parity import differences
from hdms.stack import PROJECT, Stack

forget_libpq_variables()
# Nox logs everything; a line for each question to Docker's API would bury the rest.
logging.getLogger("urllib3").setLevel(logging.WARNING)
logging.getLogger("docker").setLevel(logging.WARNING)

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "typecheck", "tests", "verify", "parity"]

TOOLKIT = "toolkit"
COMMON = "common"
RESILIENCE = "tests/resilience"
SERVICE_NAMES = [service.name for service in SERVICES]

_virtual_environments: dict[str, Path] = {}


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting (ruff)."""
    session.install("--requirement", "requirements-dev.txt")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check the toolkit's types (mypy, strict)."""
    session.install("--requirement", "requirements-dev.txt")
    session.run("mypy")


@nox.session
@nox.parametrize("of", [nox.param(name, id=name) for name in [TOOLKIT, COMMON, *SERVICE_NAMES]])
def tests(session: nox.Session, of: str) -> None:
    """Run the tests of the toolkit or of a service, on stacks of their own."""
    if of == TOOLKIT:
        session.install("--requirement", "requirements-dev.txt")
        session.install("--no-deps", "--editable", ".")
        # They mostly wait, for servers to start and stop: four at a time halve that.
        session.run("pytest", "--numprocesses=4", f"--ignore={RESILIENCE}", *session.posargs)
        return
    # What the services share is tested with the packages and the role of one of them.
    service = SERVICE_NAMES[0] if of == COMMON else of
    engine, environment = _disposable_stack_with(session, service)
    variables = engine.variables(environment, service) | MARK
    variables["HDMS_TEST_RABBITMQ_CONTROL"] = _rabbitmq_control(engine.stack)
    if of == COMMON:
        variables["HDMS_TEST_POSTGRESQL_SOCKET"] = str(engine.stack.state / "run")
    with session.chdir(PROJECT / "services" / of):
        session.run("pytest", *session.posargs, env=variables, include_outer_env=False)


@nox.session
@nox.parametrize("service", [nox.param(name, id=name) for name in SERVICE_NAMES])
def verify(session: nox.Session, service: str) -> None:
    """Prove a service's connections: to the running stack, else to one made for this."""
    found = _running_stack()
    if found is None:
        session.log("no stack is running: verifying against a disposable one")
        found = _disposable_stack_with(session, service)
    else:
        _install(session, service)
    engine, environment = found
    with session.chdir(PROJECT / "services" / service):
        variables = engine.variables(environment, service)
        session.run("pytest", "tests/connectivity", env=variables, include_outer_env=False)


@nox.session
@nox.parametrize("engine", [nox.param(name, id=name) for name in ("embedded", "compose")])
def resilience(session: nox.Session, engine: str) -> None:
    """Break everything under load, then soak: minutes, so not among the sessions of `nox`."""
    if engine == "compose":
        _skip_without_docker(session)
    session.install("--requirement", "requirements-dev.txt")
    session.install("--no-deps", "--editable", ".")
    # Its tables are worth seeing.
    session.run("pytest", "--capture=no", RESILIENCE, f"--engine={engine}", *session.posargs)


@nox.session(venv_backend="none")
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
    engine.up(environment, component_names(), session.log)
    failed = [r for r in migrate(engine, environment, SERVICES, session.log) if r.error]
    if failed:
        session.error(f"the migrations of {failed[0].service} failed:\n{failed[0].error}")
    engine.up(environment, process_names(), session.log)
    results = verify_all(engine, environment, CHECKS, session.log)
    report.print_results(results, time.monotonic() - begin)
    return results


def _install(session: nox.Session, service: str) -> None:
    folder = f"services/{service}"
    common = "services/common"
    session.install("--requirement", f"{folder}/requirements.txt")
    if find_service(service).framework.common:
        session.install("--requirement", f"{common}/requirements-test.txt")
        session.install("--no-deps", "--editable", common)
    else:
        session.install("--requirement", f"{folder}/requirements-test.txt")
    _virtual_environments[service] = Path(session.virtualenv.location).resolve()


def _rabbitmq_control(stack: Stack) -> str:
    """Return a command that stops or starts the RabbitMQ of a disposable stack."""
    inv = shlex.join([sys.executable, "-m", "invoke", "--search-root", str(PROJECT)])
    home = shlex.quote(str(stack.home))
    script = f'HDMS_HOME={home} HDMS_ENGINE=embedded exec {inv} infra."$1" rabbitmq'
    return shlex.join(["sh", "-c", script, "sh"])


def _running_stack() -> tuple[Engine, Environment] | None:
    stack = Stack.chosen()
    engine = choose(stack)
    if not engine.running().issuperset(component_names()):
        return None
    return engine, load(stack)


def _disposable_stack_with(session: nox.Session, service: str) -> tuple[Engine, Environment]:
    """Return the disposable stack of this nox run, with this service migrated and running."""
    session.env["UV_COMPILE_BYTECODE"] = "1"  # dozens of processes will import it
    _install(session, service)
    engine, environment = _disposable_stack()
    (result,) = migrate(engine, environment, [find_service(service)], session.log)
    if result.error:
        session.error(f"the migrations of {service} failed:\n{result.error}")
    processes = [process.name for process in find_service(service).processes]
    engine.up(environment, processes, session.log)
    return engine, environment


@functools.cache
def _disposable_stack() -> tuple[Engine, Environment]:
    context = disposable_stack(_virtual_environments)
    engine, environment = context.__enter__()
    atexit.register(context.__exit__, None, None, None)
    engine.up(environment, component_names(), nox.logger.logger.info)
    return engine, environment
