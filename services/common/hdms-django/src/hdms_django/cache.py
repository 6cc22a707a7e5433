"""Django's Redis cache, except that it misses while Redis is away.

A cache must not be the reason that a request fails (spec 001, "Edge Cases": cache misses).
`manage.py verify cache` asks Redis first and so still sees the outage.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.cache.backends import redis as django_redis
from redis import Redis
from redis.exceptions import RedisError

from hdms_common.absence import Absence

Answer = TypeVar("Answer")


absence = Absence("Redis", "the cache misses")


_clients: dict[str, Redis] = {}


class RedisCacheClient(django_redis.RedisCacheClient):
    """Answers as an empty cache would when Redis does not; `incr` then raises ValueError."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        """The process's one client, which threads may share.

        Django makes one at each use, which takes longer than Redis' answer (`inv bench`), and,
        under ASGI, connections of its own for each request.
        """
        (server,) = self._servers  # type: ignore[attr-defined]  # not in the stubs
        client = _clients.get(server)
        if client is None:
            client = _clients.setdefault(server, super().get_client(key, write=write))
        return client

    def _ask(self, operation: Callable[[], Answer], otherwise: Answer) -> Answer:
        if not absence.may_ask():
            return otherwise
        try:
            answer = operation()
        except RedisError as error:  # also of a Redis that answers "no": its disk is full
            absence.noticed(error)
            return otherwise
        absence.over()
        return answer

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return self._ask(partial(super().add, key, value, timeout), True)

    def get(self, key: Any, default: Any) -> Any:
        return self._ask(partial(super().get, key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._ask(partial(super().set, key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> bool:
        return self._ask(partial(super().touch, key, timeout), False)

    def delete(self, key: Any) -> bool:
        return self._ask(partial(super().delete, key), False)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        return self._ask(partial(super().get_many, keys), {})

    def has_key(self, key: Any) -> bool:
        return self._ask(partial(super().has_key, key), False)

    def incr(self, key: Any, delta: int) -> int:
        value = self._ask(partial(super().incr, key, delta), None)
        if value is None:
            raise ValueError(f"Key {key!r} not found.")
        return int(value)

    def set_many(self, data: Any, timeout: Any) -> None:
        self._ask(partial(super().set_many, data, timeout), None)

    def delete_many(self, keys: Any) -> None:
        self._ask(partial(super().delete_many, keys), None)

    def publish(self, channel: str) -> None:
        self._ask(partial(self.get_client().publish, channel, ""), None)


class RedisCache(django_redis.RedisCache):
    """The cache backend that the services' CACHES name."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient

    def publish(self, channel: str) -> None:
        """Tell who listens there, if somebody does and Redis is of use."""
        self._cache.publish(channel)  # type: ignore[attr-defined]  # not in the stubs

    def validate_key(self, key: str) -> None:
        """Django looks at each character, for memcached's sake; Redis takes any key."""
