"""The settings that lead to Redis: cache, channel layer, Celery's broker."""

import socket
from typing import Any
from urllib.parse import quote

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry as BlockingRetry

from hdms_common.environment import Environment

# Redis' logical databases: spec 001 FR-005, FR-007 and FR-006.
CACHE_DATABASE = 0
CHANNELS_DATABASE = 1
CELERY_DATABASE = 2

# A network that swallows everything is noticed in 20 seconds; by default it takes two hours.
KEEPALIVE = {"idle": 10, "interval": 3, "count": 3}
REDIS_KEEPALIVE = {
    "socket_keepalive": True,
    "socket_keepalive_options": {
        socket.TCP_KEEPIDLE: KEEPALIVE["idle"],
        socket.TCP_KEEPINTVL: KEEPALIVE["interval"],
        socket.TCP_KEEPCNT: KEEPALIVE["count"],
    },
}

CACHE_TIMEOUT_SECONDS = 300
REDIS_SOCKET_TIMEOUT_SECONDS = 2
# The cache is there to save time: spec 001 SC-002 gives it 50 ms.
CACHE_SOCKET_TIMEOUT_SECONDS = 0.5


def redis_url(env: Environment, *, database: int) -> str:
    """The URL of one of Redis' logical databases, REDIS_PASSWORD quoted if there is one."""
    password = quote(env.text("REDIS_PASSWORD", ""), safe="")
    host = env.text("REDIS_HOST", "redis")
    port = env.number("REDIS_PORT", 6379, least=1, most=65535)
    return f"redis://{f':{password}@' if password else ''}{host}:{port}/{database}"


def caches(env: Environment) -> dict[str, dict[str, Any]]:
    """CACHES: Redis database 0, keys prefixed with the service's name (spec 001 FR-005)."""
    return {
        "default": {
            "BACKEND": "hdms_django.cache.RedisCache",
            "LOCATION": redis_url(env, database=CACHE_DATABASE),
            "KEY_PREFIX": env.service,
            # Redis evicts nothing (it also holds Celery's messages), so every entry expires.
            "TIMEOUT": CACHE_TIMEOUT_SECONDS,
            "OPTIONS": {
                "client_name": env.service,  # in Redis' CLIENT LIST
                **REDIS_KEEPALIVE,
                "socket_connect_timeout": CACHE_SOCKET_TIMEOUT_SECONDS,
                "socket_timeout": CACHE_SOCKET_TIMEOUT_SECONDS,
                # Once, at once: a connection that Redis' restart broke is replaced. A Redis that
                # is silent is not asked again: see hdms_django.cache.
                "retry": BlockingRetry(
                    NoBackoff(), retries=1, supported_errors=(RedisConnectionError,)
                ),
            },
        }
    }


def channel_layers(env: Environment, *, backend: str) -> dict[str, dict[str, Any]]:
    """CHANNEL_LAYERS: Redis database 1 (spec 001 FR-007), through a class with this path."""
    return {
        "default": {
            "BACKEND": backend,
            "CONFIG": {
                "hosts": [
                    {
                        "address": redis_url(env, database=CHANNELS_DATABASE),
                        "client_name": env.service,
                        **REDIS_KEEPALIVE,
                        "socket_connect_timeout": REDIS_SOCKET_TIMEOUT_SECONDS,
                        # A connection that Redis' restart broke is replaced; who speaks in a
                        # longer outage hears of it soon, and listeners wait in the layer.
                        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.05), retries=3),
                        # OSError: what a refused connection is before redis-py translates it.
                        "retry_on_error": [RedisConnectionError, RedisTimeoutError, OSError],
                    }
                ],
                # Of hints to look for messages: one that is dropped or forgotten costs a second.
                "capacity": 1000,
                "expiry": 60,  # seconds
                "group_expiry": 60,  # seconds; each process joins again once a second
            },
        }
    }
