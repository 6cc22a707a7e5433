"""Storing and reading a value in the cache, against plain redis-py with the same bytes."""

import pickle
import secrets

import redis
from django.conf import settings
from django.core.cache import cache

from hdms_common.bench.rounds import Row, medians, timed

REPEATS = 100
TIMEOUT_SECONDS = 60
VALUE = {"subject": "bench", "count": 42, "body": "x" * 200}

WHY = "one set and one get of the same value; both pickle it"


def rows(rounds: int) -> list[Row]:
    """Compare Django's cache with redis-py. Leaves no key."""
    key = f"bench-{secrets.token_hex(6)}"
    plain = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])

    def ours() -> None:
        cache.set(key, VALUE, TIMEOUT_SECONDS)
        if cache.get(key) != VALUE:
            raise RuntimeError("the cache did not return what was stored")

    def bare() -> None:
        plain.set(key, pickle.dumps(VALUE, pickle.HIGHEST_PROTOCOL), ex=TIMEOUT_SECONDS)
        if pickle.loads(plain.get(key)) != VALUE:  # noqa: S301 - it is our own
            raise RuntimeError("Redis did not return what was stored")

    try:
        found = medians({"ours": ours, "bare": bare}, rounds, REPEATS)
    finally:
        cache.delete(key)
        plain.delete(key)
        plain.close()
    return [timed("cache, set and get", found["ours"], found["bare"], WHY)]
