"""The way through the front door: what a browser reaches, service by service."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from hdms.catalog import FRONTEND, Service
from hdms.checks.result import CheckFailed, CheckResult, outcome
from hdms.checks.services import health
from hdms.engines.base import Engine
from hdms.environment.environment import Environment


def front_door(
    engine: Engine, environment: Environment, services: Sequence[Service]
) -> tuple[str, dict[str, Any]]:
    """Prove that the frontend is ours, and that services are ready when reached through it."""
    address = engine.address(environment, FRONTEND.name)
    health(address, "/health/live", FRONTEND.name)

    def through(service: Service) -> CheckResult:
        path = f"/health/{service.name}"
        return outcome(service.name, "health", partial(health, address, path, service.name))

    with ThreadPoolExecutor() as pool:
        results = list(pool.map(through, services))
    failures = [result for result in results if not result.passed]
    if failures:
        said = "; ".join(f"{failure.subject}: {failure.message}" for failure in failures)
        raise CheckFailed(f"behind the front door: {said}", failures[0].hint)
    measured = {result.subject: result.latency_ms for result in results}
    return f"leads to {len(services)} services", {"services_ms": measured}
