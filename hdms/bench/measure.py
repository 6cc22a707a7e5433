"""Running the measurements, each inside the service that it concerns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hdms.bench.result import Bench, Row
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.process import last_lines
from hdms.whole import require_whole

SECONDS = 60.0
POSTGRESQL_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Measurement:
    """What `python -m hdms_testing.bench` measures in one service.

    Attributes:
        kind: "db", "cache", "events", "door", "celery", "websocket" or "http".
        path: for "http": the simplest endpoint that asks who it is and looks into the database.
    """

    kind: str
    service: str
    path: str = ""


MEASUREMENTS = (
    Measurement("db", "user-service"),
    Measurement("cache", "user-service"),
    Measurement("events", "user-service"),
    Measurement("door", "user-service"),
    Measurement("celery", "file-service"),
    Measurement("websocket", "communication-service"),
    Measurement("http", "user-service", "/api/accounts/me"),
    Measurement("http", "ticket-service", "/api/tickets/"),
    Measurement("http", "communication-service", "/api/notifications/"),
    Measurement("http", "file-service", "/api/files/"),
)
KINDS = tuple(dict.fromkeys(measurement.kind for measurement in MEASUREMENTS))


def require_kind(kind: str) -> str:
    """Return `kind` if there is such a measurement.

    Raises:
        InvalidInput: there is none.
    """
    if kind not in KINDS:
        raise InvalidInput(
            f"there is no measurement {kind!r}", f"expected one of: {', '.join(KINDS)}"
        )
    return kind


def run(
    engine: Engine, environment: Environment, kinds: Sequence[str], announce: Announce
) -> Bench:
    """Measure, one thing after the other.

    Raises:
        InvalidInput: the stack is in production.
        HdmsError: a part of the stack does not run, or a measurement failed.
    """
    require_whole(engine, environment, "inv bench")
    begin = datetime.now(UTC).isoformat(timespec="seconds")
    rows: list[Row] = []
    python = ""
    for measurement in (m for m in MEASUREMENTS if m.kind in kinds):
        announce(f"measuring {measurement.kind} in {measurement.service}")
        python, found = _measured(engine, environment, measurement)
        rows += found
    return Bench(engine.name, python, begin, tuple(rows))


def _measured(
    engine: Engine, environment: Environment, measurement: Measurement
) -> tuple[str, list[Row]]:
    """Return the version of the service's Python, and what it measured."""
    command = ["python", "-m", "hdms_testing.bench", measurement.kind, "--json"]
    if measurement.kind == "http":
        command += ["--path", measurement.path]
    # PostgreSQL has this socket on this machine, or in a container no service has a way to.
    folder = engine.stack.state / "run"
    if measurement.kind == "db" and (folder / POSTGRESQL_SOCKET).exists():
        command += ["--socket-folder", str(folder)]
    engine.lend_testing(measurement.service)
    finished = engine.run(environment, measurement.service, command, timeout=SECONDS)
    try:
        answer = json.loads(finished.stdout)
        return str(answer["python"]), [Row.from_json(row) for row in answer["rows"]]
    except (ValueError, TypeError, KeyError):
        said = last_lines(finished.stderr or finished.stdout, 5).strip()
        raise HdmsError(
            f"{measurement.service} could not measure {measurement.kind}: {said}",
            f"inv verify; inv services.logs {measurement.service}",
        ) from None
