"""Production as `docker compose up` makes it: migrated first, nothing secret to be seen, each in
its own networks, and the same in the eyes of `inv`.
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Edit, skip_without_docker

from hdms import synchronise
from hdms.catalog import FRONTEND, SERVICES, process_names, service_of
from hdms.checks.result import CHECKS
from hdms.checks.suite import verify
from hdms.disposable import disposable_containers
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.compose.project import Project
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.validation import load
from hdms.service import Service
from hdms.wait import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root sees what each process was given")
PORTS = {"postgres": 5432, "pgbouncer": 6432, "redis": 6379, "rabbitmq": 5672}
PROVEN_SECONDS = 300.0


@pytest.fixture(scope="module")
def production() -> Iterator[ComposeEngine]:
    skip_without_docker()
    with disposable_containers() as (engine, _):
        path = engine.stack.root_env
        text = path.read_text()
        path.write_text(text.replace("HDMS_ENVIRONMENT=development", "HDMS_ENVIRONMENT=production"))
        synchronise.carry_out(synchronise.make_plan(engine), engine, print)
        Project(engine.stack).compose("up", "--detach", "--build", "--wait")
        yield engine


def require_proven(engine: ComposeEngine) -> None:
    environment = load(engine.stack)
    # Until a busy machine has come to rest: twenty processes started at once.
    wait_until(
        lambda: all(result.passed for result in verify(engine, environment, CHECKS, print)),
        "every connection to be proven",
        PROVEN_SECONDS,
    )
    assert synchronise.make_plan(engine).empty


def test_it_is_migrated_and_proven_and_inv_has_nothing_to_add(production: ComposeEngine) -> None:
    require_proven(production)


def test_a_changed_secret_reaches_everything_that_has_it(
    production: ComposeEngine, edit: Edit
) -> None:
    for name in ("REDIS_PASSWORD", "RABBITMQ_PASSWORD", "TICKET_SERVICE_DB_PASSWORD"):
        edit(production.stack.root_env, name, secrets.token_hex(24))

    plan = synchronise.make_plan(production)
    synchronise.carry_out(plan, production, print)

    changed = {change.name for change in plan.changes}
    assert changed >= {"redis", "rabbitmq", "postgres", *(service.name for service in SERVICES)}
    require_proven(production)


def test_no_secret_is_seen(production: ComposeEngine) -> None:
    environment = load(production.stack)
    project = Project(production.stack)
    shown = [("config", project.compose("config").stdout), *_processes()]
    for identity in _said(["docker", "ps", "-aq", f"--filter=name={project.name}-"]).split():
        shown.append(("inspect", _said(["docker", "inspect", identity])))
        shown.append(("logs", _said(["docker", "logs", identity])))

    values = {v.name: environment[v.name] for v in VARIABLES[ROOT] if v.secret}
    seen = [(n, where) for where, what in shown for n, s in values.items() if s and s in what]
    assert seen == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_an_image_holds_nothing_for_tests(production: ComposeEngine, service: Service) -> None:
    container = f"{Project(production.stack).name}-{service.name}-1"
    look = "import pkgutil; print(*sorted(m.name for m in pkgutil.iter_modules()))"

    modules = _said(["docker", "exec", container, "python", "-c", look]).split()

    assert "hdms_common" in modules
    assert "hdms_testing" not in modules


@pytest.mark.parametrize("process", process_names())
def test_a_process_reaches_what_it_needs_and_nothing_else(
    production: ComposeEngine, process: str
) -> None:
    service = service_of(process)
    needed = set(service.components) - {"postgres"}
    if service == FRONTEND:
        needed |= {own.name for own in SERVICES}
    hosts = {**PORTS, **{own.name: 8000 for own in SERVICES if own != service}}

    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda host: _reached(production, process, host, hosts[host]), hosts)

    assert {host for host, reached in zip(hosts, found, strict=True) if reached} == needed


def test_a_process_reaches_no_address_of_another_service(production: ComposeEngine) -> None:
    def reached(process: str) -> list[str]:
        own = service_of(process).name
        return [
            f"{process} -> {name} at {address}"
            for name, addresses in web.items()
            for address in addresses
            if name != own and _reached(production, process, address, 8000)
        ]

    web = {service.name: _addresses(production, service.name) for service in SERVICES}
    processes = [process.name for service in SERVICES for process in service.processes]
    with ThreadPoolExecutor() as pool:
        assert [pair for pairs in pool.map(reached, processes) for pair in pairs] == []


def _reached(engine: ComposeEngine, process: str, host: str, port: int) -> bool:
    container = f"{Project(engine.stack).name}-{process}-1"
    connect = f"exec 3<>/dev/tcp/{host}/{port}"
    command = ["docker", "exec", container, "timeout", "5", "bash", "-c", connect]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _addresses(engine: ComposeEngine, name: str) -> list[str]:
    form = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    return _said(["docker", "inspect", form, f"{Project(engine.stack).name}-{name}-1"]).split()


def _processes() -> Iterator[tuple[str, str]]:
    """Yield where and what, of every process of this machine, containers' own included."""
    for folder in Path("/proc").glob("[0-9]*"):
        for file in ("environ", "cmdline"):
            try:
                yield str(folder / file), (folder / file).read_text(errors="replace")
            except OSError:
                continue  # it ended


def _said(command: list[str]) -> str:
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return finished.stdout + finished.stderr
