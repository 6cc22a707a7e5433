"""What the service depends on, and whether it is there (spec 003, T017, T027)."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal

import structlog
from pydantic import BaseModel

from src.config import SERVICE, Settings
from src.db import direct
from src.db.session import OUTAGES as DATABASE_OUTAGES
from src.queue import OUTAGES as QUEUE_OUTAGES
from src.queue import connect as connect_to_broker
from src.queue import explain as explain_queue

LIMIT_SECONDS = 1.5

log = structlog.get_logger(__name__)


class DependencyState(BaseModel):
    """One dependency, as it was found just now."""

    status: Literal["up", "down"]
    latency_ms: float
    error: str


class Readiness(BaseModel):
    """The answer of /health/ready, in the shape that all HDMS services share."""

    service: str = SERVICE
    status: Literal["ready", "unavailable"]
    dependencies: dict[str, DependencyState]


class Liveness(BaseModel):
    """The answer of /health/live."""

    service: str = SERVICE
    status: Literal["live"] = "live"


class Health(BaseModel):
    """The answer of /health (spec 003)."""

    service: str = SERVICE
    status: Literal["healthy", "unhealthy"]
    database_status: Literal["connected", "disconnected"]
    queue_status: Literal["connected", "disconnected"]


@dataclass(frozen=True)
class Probe:
    """What was found of one dependency.

    Attributes:
        reason: why it is down, with addresses and the server's words; empty where it is up.
    """

    reason: str
    latency_ms: float


async def probe_dependencies(settings: Settings, limit: float = LIMIT_SECONDS) -> dict[str, Probe]:
    """Log in to both, side by side, with connections of their own; `limit` seconds at most."""
    database, queue = await asyncio.gather(
        _timed(_probe_database(settings, limit)), _timed(_probe_queue(settings, limit))
    )
    return {"database": database, "queue": queue}


async def readiness(settings: Settings) -> Readiness:
    """Ask every dependency. Anybody may ask: addresses and the servers' words are for the log."""
    probes = await probe_dependencies(settings)
    dependencies = {name: _state(name, probe) for name, probe in probes.items()}
    down = any(state.status == "down" for state in dependencies.values())
    return Readiness(status="unavailable" if down else "ready", dependencies=dependencies)


async def health(settings: Settings) -> Health:
    """The same in the specification's words."""
    ready = await readiness(settings)
    connected: dict[str, Literal["connected", "disconnected"]] = {
        name: "connected" if state.status == "up" else "disconnected"
        for name, state in ready.dependencies.items()
    }
    return Health(
        status="healthy" if ready.status == "ready" else "unhealthy",
        database_status=connected["database"],
        queue_status=connected["queue"],
    )


async def _timed(probe: Awaitable[str]) -> Probe:
    start = time.perf_counter()
    reason = await probe
    return Probe(reason, round((time.perf_counter() - start) * 1000, 2))


def _state(name: str, probe: Probe) -> DependencyState:
    error = ""
    if probe.reason:
        log.error(f"{name} is down", reason=probe.reason, limit_key=f"health-{name}")
        error = f"The {name} cannot be used: the log of {SERVICE} has the reason."
    return DependencyState(
        status="down" if error else "up",
        latency_ms=probe.latency_ms,
        error=error,
    )


async def _probe_database(settings: Settings, limit: float) -> str:
    try:
        async with direct.connect(settings.database, limit) as connection:
            await connection.execute("SELECT 1")
    except DATABASE_OUTAGES as error:
        return str(direct.explain(settings.database, error))
    return ""


async def _probe_queue(settings: Settings, limit: float) -> str:
    try:
        async with asyncio.timeout(limit):
            async with await connect_to_broker(settings.rabbitmq, limit) as connection:
                await connection.channel()
    except QUEUE_OUTAGES as error:
        return str(explain_queue(settings.rabbitmq, error))
    return ""
