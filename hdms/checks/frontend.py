"""The way through the front door: what a browser reaches, service by service."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hdms import connections
from hdms.catalog import FRONTEND
from hdms.checks.result import CheckFailed
from hdms.checks.services import NotReady, health, ready
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.service import Service


def front_door(
    engine: Engine, environment: Environment, services: Sequence[Service]
) -> tuple[str, dict[str, Any]]:
    """Prove that the frontend is ours, and that services are ready when reached through it."""
    address = engine.address(environment, FRONTEND.name)
    health(address, "/health/live", FRONTEND.name)
    with ThreadPoolExecutor(max_workers=max(1, len(services))) as pool:
        found = list(pool.map(lambda service: _through(address, service), services))
    failures = [each for each in found if isinstance(each, CheckFailed)]
    if failures:
        said = "; ".join(failure.message for failure in failures)
        raise CheckFailed(f"behind the front door: {said}", failures[0].hint)
    names = [service.name for service in services]
    return f"leads to {', '.join(names)}", {"services_ms": dict(zip(names, found, strict=True))}


def _through(address: connections.Address, service: Service) -> float | CheckFailed:
    """Return the milliseconds in which a service answered, or what is wrong with it."""
    start = time.monotonic()
    try:
        ready(address, f"/health/{service.name}", service.name)
    except NotReady as failure:
        # Its own result says why.
        lacking = ", ".join(failure.lacking)
        return CheckFailed(f"{service.name} is not ready: {lacking}", failure.hint)
    except CheckFailed as failure:
        return failure
    return round((time.monotonic() - start) * 1000, 2)
