"""Running the services' migrations, side by side: each has a schema of its own."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hdms.catalog import FRONTEND, PGBOUNCER, POSTGRES, SERVICES
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.process import last_lines
from hdms.service import Service

MIGRATE_SECONDS = 600.0
ERROR_LINES = 8
MIGRATION_COMPONENTS = (POSTGRES.name, PGBOUNCER.name)


@dataclass(frozen=True)
class Migrated:
    """What became of one service's migrations.

    Attributes:
        applied: how many were applied now.
        error: the last lines that the failing command printed; empty if it succeeded.
    """

    service: str
    applied: int
    seconds: float
    error: str = ""


def migrate(
    engine: Engine, environment: Environment, services: Sequence[Service], announce: Announce
) -> list[Migrated]:
    """Apply the migrations of some services; one that fails does not keep the others from theirs.

    Where a service runs, it may be an older version: what that could not live with is refused.

    Two runs at once are safe: each service's `migrate` holds a lock in the database.

    Raises:
        HdmsError: a component that it needs does not run.
    """
    running = engine.running()
    missing = [name for name in MIGRATION_COMPONENTS if name not in running]
    if missing:
        raise HdmsError(f"migrations need {', '.join(missing)}, not running", "inv infra.up")
    # All of them: the browser's part comes next, and installs beside theirs.
    door = [FRONTEND.name] if len(services) == len(SERVICES) else []
    engine.prepare([*(service.name for service in services), *door], announce, newest=True)
    announce("migrating " + ", ".join(service.name for service in services))
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        return list(
            pool.map(
                lambda service: _migrate(engine, environment, service, _serves(service, running)),
                services,
            )
        )


def _serves(service: Service, running: set[str]) -> bool:
    return any(process.name in running for process in service.processes)


def _migrate(engine: Engine, environment: Environment, service: Service, serves: bool) -> Migrated:
    start = time.monotonic()
    framework = service.framework
    command = framework.migrate_while_serving if serves else framework.migrate
    try:
        finished = engine.run(environment, service.name, command, timeout=MIGRATE_SECONDS)
    except HdmsError as error:
        return Migrated(service.name, 0, time.monotonic() - start, error.message)
    said = finished.stdout + finished.stderr
    applied = len(re.findall(framework.applied, said, re.MULTILINE))
    problem = ""
    if finished.exit_code != 0:
        problem = (
            last_lines(finished.stderr or finished.stdout, ERROR_LINES) or "  it printed nothing"
        )
    return Migrated(service.name, applied, time.monotonic() - start, problem)
