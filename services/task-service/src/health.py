"""What the service depends on, and whether it is there (spec 003, T017, T027)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
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


async def probe_dependencies(settings: Settings) -> dict[str, DependencyState]:
    """Log in to both, side by side, with connections of their own; LIMIT_SECONDS at most."""
    database, queue = await asyncio.gather(
        _state(lambda: _probe_database(settings)), _state(lambda: _probe_queue(settings))
    )
    return {"database": database, "queue": queue}


async def readiness(settings: Settings) -> Readiness:
    """Ask every dependency, and log those that are down."""
    dependencies = await probe_dependencies(settings)
    down = {name: state for name, state in dependencies.items() if state.status == "down"}
    for name, state in down.items():
        log.error(f"{name} is down", reason=state.error, limit_key=f"health-{name}")
    return Readiness(status="unavailable" if down else "ready", dependencies=dependencies)


async def health(settings: Settings) -> Health:
    """The same in the specification's words."""
    ready = await readiness(settings)
    connected = {
        name: "connected" if state.status == "up" else "disconnected"
        for name, state in ready.dependencies.items()
    }
    return Health(
        status="healthy" if ready.status == "ready" else "unhealthy",
        database_status=connected["database"],
        queue_status=connected["queue"],
    )


async def _state(probe: Callable[[], Awaitable[str]]) -> DependencyState:
    start = time.perf_counter()
    error = await probe()
    return DependencyState(
        status="down" if error else "up",
        latency_ms=round((time.perf_counter() - start) * 1000, 2),
        error=error,
    )


async def _probe_database(settings: Settings) -> str:
    try:
        async with direct.connect(settings.database, LIMIT_SECONDS) as connection:
            await connection.execute("SELECT 1")
    except DATABASE_OUTAGES as error:
        return str(direct.explain(settings.database, error))
    return ""


async def _probe_queue(settings: Settings) -> str:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            async with await connect_to_broker(settings.rabbitmq) as connection:
                await connection.channel()
    except QUEUE_OUTAGES as error:
        return str(explain_queue(settings.rabbitmq, error))
    return ""
