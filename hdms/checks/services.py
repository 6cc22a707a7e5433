"""What each service proves from inside itself, and what its health endpoint says."""

import json
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any

from hdms import connections
from hdms.catalog import EVENT_WORKERS
from hdms.checks.result import FAIL, CheckFailed, CheckResult
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.process import last_lines
from hdms.service import Service

# Each proof inside a service is bounded to about 8 s; they run side by side.
INSIDE_SECONDS = 40.0
_BEHIND = {
    "database": "PgBouncer or PostgreSQL",
    "cache": "Redis",
    "channel_layer": "Redis",
    "celery_broker": "Redis",
    "queue": "RabbitMQ",
}
_WHOSE_PORT = "see who has its port: inv doctor"


class NotReady(CheckFailed):
    """A service answers and lacks something: `lacking` names it and what stands behind it."""

    def __init__(self, lacking: Sequence[str], message: str) -> None:
        super().__init__(message, "inv infra.up")
        self.lacking = lacking


def proven_inside(
    engine: Engine, environment: Environment, service: Service, checks: Sequence[str]
) -> list[CheckResult]:
    """Let a service prove its checks in its own environment, and return the results.

    A service that cannot even start its check fails all of them, with its last lines.
    """
    command = [*service.framework.verify, *checks, "--json"]
    if "events" in checks:
        command += [option for name in EVENT_WORKERS for option in ("--consumer", name)]
    try:
        finished = engine.run(environment, service.name, command, timeout=INSIDE_SECONDS)
        results = [_result(service, raw) for raw in json.loads(finished.stdout)]
    except HdmsError as error:
        return [CheckResult(service.name, c, FAIL, error.message, error.hint) for c in checks]
    except (ValueError, TypeError, KeyError):
        said = last_lines(finished.stderr or finished.stdout, 5).strip()
        message = f"{service.name} could not run its check: {said}"
        hint = f"correct services/{service.name}/.env, then `inv env.sync`"
        return [CheckResult(service.name, c, FAIL, message, hint) for c in checks]
    proven = {result.check for result in results}
    silent = [c for c in checks if c not in proven]
    return results + [
        CheckResult(service.name, c, FAIL, f"{service.name} returned no result") for c in silent
    ]


def endpoint(
    engine: Engine, environment: Environment, service: Service
) -> tuple[str, dict[str, Any]]:
    """Prove that a service's `/health/ready` answers, is its own, and finds all it needs."""
    return ready(engine.address(environment, service.name), "/health/ready", service.name)


def ready(address: connections.Address, path: str, expected: str) -> tuple[str, dict[str, Any]]:
    """As `health`, and asks once more where something lacks.

    The services give each look some two seconds, and a verification starts a process for each of
    them at the same moment: on a busy machine that is no outage.
    """
    try:
        return health(address, path, expected)
    except NotReady:
        return health(address, path, expected)


def health(address: connections.Address, path: str, expected: str) -> tuple[str, dict[str, Any]]:
    """Prove that what answers at a health endpoint is the expected service, and well.

    Args:
        expected: the service's name.
    """
    where = f"http://{address[0]}:{address[1]}{path}"
    try:
        status, body = connections.http_get(address, path, timeout=15)
        if status == 500:
            raise CheckFailed(f"{where} answered 500", f"inv services.logs {expected}")
        answer = json.loads(body)
        if status == 503 and "service" not in answer:
            raise CheckFailed(f"{where} answered 503: {answer['detail']}", "inv services.up")
        name, dependencies = answer["service"], answer.get("dependencies", {})
    except OSError as error:
        raise CheckFailed(f"{where} does not answer: {error}", "inv services.up") from None
    except HTTPException as error:
        raise CheckFailed(f"{where} is not {expected}: {error!r}", _WHOSE_PORT) from None
    except (ValueError, TypeError, KeyError):
        came = f"it answered {status} {body[:60]!r}"
        raise CheckFailed(f"{where} is not {expected}: {came}", _WHOSE_PORT) from None
    if name != expected:
        raise CheckFailed(f"{where} is {name}, not {expected}", "inv doctor")
    down = {n: d for n, d in dependencies.items() if d["status"] != "up"}
    if down:
        errors = {n: str(d.get("error")).removeprefix(f"{name}: ") for n, d in down.items()}
        lacking = {n: f"{n} ({_BEHIND.get(n, n)})" for n in down}
        said = "; ".join(f"{lacking[n]}: {e}" for n, e in errors.items())
        raise NotReady(list(lacking.values()), f"not ready: {said}")
    if status != 200:
        raise CheckFailed(f"{where} answered {status}", f"inv services.logs {expected}")
    latencies = {n: d["latency_ms"] for n, d in dependencies.items()}
    return "ready", {"dependencies_ms": latencies}


def _result(service: Service, raw: dict[str, Any]) -> CheckResult:
    return CheckResult(
        service.name,
        raw["id"],
        raw["status"],
        raw["message"],
        raw["hint"],
        raw["latency_ms"],
        raw["measurements"],
    )
