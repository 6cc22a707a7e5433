"""A hint through Redis that an event waits: without one the relay finds it some moments later."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from hdms_common.absence import Absence


def channel() -> str:
    """Where this service's processes say it."""
    return f"{settings.SERVICE}:events"


def say() -> None:
    """Hint that an event was committed. Never fails: Redis may be away."""
    cache.publish(channel())  # type: ignore[attr-defined]  # hdms_django.cache.RedisCache


class Hints:
    """Waits for hints."""

    def __init__(self) -> None:
        self._absence = Absence("Redis", "events wait for a moment")
        self._listening: PubSub | None = None

    def wait(self, seconds: float, otherwise: Callable[[float], object]) -> None:
        """Return at a hint, or after some seconds.

        Args:
            otherwise: waits for that long, where Redis is of no use.
        """
        if not self._absence.may_ask():
            otherwise(seconds)
            return
        try:
            if self._listening is None:
                self._listening = _listen()
            while self._listening.get_message(timeout=seconds) is not None:
                seconds = 0  # of many hints at once the first is enough
        except RedisError as error:
            self._listening = None
            self._absence.noticed(error)
            otherwise(seconds)
        else:
            self._absence.over()


def _listen() -> PubSub:
    client = Redis.from_url(
        settings.CACHES["default"]["LOCATION"],
        client_name=f"{settings.SERVICE}-events",
        socket_connect_timeout=2,
        socket_timeout=5,
    )
    listening: PubSub = client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(channel())  # type: ignore[no-untyped-call]
    return listening
