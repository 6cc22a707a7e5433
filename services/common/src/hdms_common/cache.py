"""Django's Redis cache, except that it misses while Redis is away.

A cache must not be the reason that a request fails (spec 001, "Edge Cases": cache misses).
`manage.py verify cache` asks Redis first and so still sees the outage.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.cache.backends import redis as django_redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)


class RedisCacheClient(django_redis.RedisCacheClient):
    """Answers as an empty cache would when Redis does not; `incr` then raises ValueError."""

    _redis_is_away: ClassVar[bool] = False

    @contextmanager
    def _misses_while_redis_is_away(self) -> Iterator[None]:
        try:
            yield
        except (RedisConnectionError, RedisTimeoutError) as error:
            if not RedisCacheClient._redis_is_away:
                logger.error("Redis does not answer, the cache misses from now on: %s", error)
            RedisCacheClient._redis_is_away = True
        else:
            if RedisCacheClient._redis_is_away:
                logger.info("Redis answers again, the cache is back")
            RedisCacheClient._redis_is_away = False

    def add(self, key: str, value: Any, timeout: int | None) -> bool:
        with self._misses_while_redis_is_away():
            return super().add(key, value, timeout)
        return False

    def get(self, key: str, default: Any) -> Any:
        with self._misses_while_redis_is_away():
            return super().get(key, default)
        return default

    def set(self, key: str, value: Any, timeout: int | None) -> None:
        with self._misses_while_redis_is_away():
            super().set(key, value, timeout)

    def touch(self, key: str, timeout: int | None) -> bool:
        with self._misses_while_redis_is_away():
            return super().touch(key, timeout)
        return False

    def delete(self, key: str) -> bool:
        with self._misses_while_redis_is_away():
            return super().delete(key)
        return False

    def get_many(self, keys: list[str]) -> dict[str, Any]:
        with self._misses_while_redis_is_away():
            return super().get_many(keys)
        return {}

    def has_key(self, key: str) -> bool:
        with self._misses_while_redis_is_away():
            return super().has_key(key)
        return False

    def incr(self, key: str, delta: int) -> int:
        with self._misses_while_redis_is_away():
            return super().incr(key, delta)
        raise ValueError(f"Key {key!r} not found.")

    def set_many(self, data: dict[str, Any], timeout: int | None) -> None:
        with self._misses_while_redis_is_away():
            super().set_many(data, timeout)

    def delete_many(self, keys: list[str]) -> None:
        with self._misses_while_redis_is_away():
            super().delete_many(keys)


class RedisCache(django_redis.RedisCache):
    """The cache backend that the services' CACHES name."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient
