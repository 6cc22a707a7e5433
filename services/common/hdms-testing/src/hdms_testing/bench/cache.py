"""Storing and reading a value in the cache, against plain redis-py with the same bytes."""

import pickle
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache

from hdms_testing.bench.rounds import Row, medians, timed

REPEATS = 25
TIMEOUT_SECONDS = 60
VALUE = {"subject": "bench", "count": 42, "body": "x" * 200}

WHY = "one set and one get of the same value; bare: redis-py, and the same pickle"
DJANGO = "ours as the first; bare: Django's own backend, which raises while Redis is away"


def rows(rounds: int) -> list[Row]:
    """Compare our cache with redis-py and with Django's own backend. Leaves no key."""
    key = f"bench-{secrets.token_hex(6)}"
    configured = settings.CACHES["default"]
    plain = redis.Redis.from_url(configured["LOCATION"])
    stock = RedisCache(configured["LOCATION"], configured)

    def bare() -> None:
        plain.set(key, pickle.dumps(VALUE, pickle.HIGHEST_PROTOCOL), ex=TIMEOUT_SECONDS)
        found: Any = plain.get(key)  # redis-py's type allows for an awaitable
        _require(pickle.loads(found))  # noqa: S301 - it is our own

    operations: dict[str, Callable[[], object]] = {
        "ours": partial(_set_and_get, cache, key),
        "bare": bare,
        "stock": partial(_set_and_get, stock, key),
    }
    try:
        found = medians(operations, rounds, REPEATS)
    finally:
        cache.delete(key)
        plain.delete(key)
        plain.close()
    return [
        timed("cache, set and get", found["ours"], found["bare"], WHY),
        timed("cache, Django's own backend", found["ours"], found["stock"], DJANGO),
    ]


def _set_and_get(cache: BaseCache, key: str) -> None:
    cache.set(key, VALUE, TIMEOUT_SECONDS)
    _require(cache.get(key))


def _require(found: object) -> None:
    if found != VALUE:
        raise RuntimeError(f"stored {VALUE!r}, read {found!r}")
