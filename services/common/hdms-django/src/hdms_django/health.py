"""/health/live and /health/ready."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hdms_common.log import once_a_minute
from hdms_common.result import AUTHENTICATION_FAILED
from hdms_django.connectivity import pgbouncer, redis

LIMIT_SECONDS = 2.0

Probe = Callable[[float], Awaitable[None]]

logger = logging.getLogger(__name__)


async def live(request: HttpRequest) -> JsonResponse:
    """The process answers; no dependency is asked."""
    return JsonResponse({"service": settings.SERVICE, "status": "live"})


async def ready(request: HttpRequest) -> JsonResponse:
    """Every dependency with its state and latency; 503 when one is down.

    Anybody may ask: addresses and the servers' own words are for the log.
    """
    dependencies = await probe_dependencies()
    down = any(state["status"] == "down" for state in dependencies.values())
    status = "unavailable" if down else "ready"
    return JsonResponse(
        {"service": settings.SERVICE, "status": status, "dependencies": dependencies},
        status=503 if down else 200,
    )


async def probe_dependencies(limit: float = LIMIT_SECONDS) -> dict[str, dict[str, Any]]:
    """The state of what this service's settings name, probed side by side within `limit` seconds.

    A value is {"status": "up" or "down", "latency_ms": float, "error": str}.
    """
    probes: dict[str, Probe] = {
        "database": _probe_database,
        "cache": partial(_probe_redis, settings.CACHES["default"]["LOCATION"]),
    }
    if layers := getattr(settings, "CHANNEL_LAYERS", None):
        host = layers["default"]["CONFIG"]["hosts"][0]
        probes["channel_layer"] = partial(_probe_redis, host["address"])
    if broker := getattr(settings, "CELERY_BROKER_URL", None):
        probes["celery_broker"] = partial(_probe_redis, broker)
    states = await asyncio.gather(*(_state(name, probe, limit) for name, probe in probes.items()))
    return dict(zip(probes, states, strict=True))


async def _state(name: str, probe: Probe, limit: float) -> dict[str, Any]:
    start, error = time.perf_counter(), ""
    try:
        await probe(limit)
    except (psycopg.Error, TimeoutError, RedisError, OSError) as reason:
        is_database = probe is _probe_database
        why = str((pgbouncer if is_database else redis).explain(reason))
        logger.error("%s is down: %s", name, why, extra=once_a_minute(name))
        error = _for_anybody("PgBouncer" if is_database else "Redis", why)
    return {
        "status": "down" if error else "up",
        "latency_ms": round((time.perf_counter() - start) * 1000, 2),
        "error": error,
    }


def _for_anybody(server: str, why: str) -> str:
    if AUTHENTICATION_FAILED in why:
        return f"{server}: {AUTHENTICATION_FAILED}"
    return f"{server} cannot be used: the log of {settings.SERVICE} has the reason"


async def _probe_database(limit: float) -> None:
    async with pgbouncer.connect(limit) as connection:
        await connection.execute("SELECT 1")


async def _probe_redis(url: str, limit: float) -> None:
    async with asyncio.timeout(limit), Redis.from_url(url, retry=None) as client:
        # Not a ping: a Redis whose memory or disk is full answers that, and takes nothing.
        await client.set("health", "ready", ex=60)


urlpatterns: list[URLPattern] = [path("live", live), path("ready", ready)]
