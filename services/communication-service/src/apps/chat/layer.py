"""The channel layer: Redis database 1, by which the processes hint at new messages."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any, TypeVar

from channels_redis import core
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from hdms_django.outage import REDIS_ERRORS

LIMIT_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 0.5

Answer = TypeVar("Answer")


class RedisChannelLayer(core.RedisChannelLayer):
    """Listens again when Redis is back; the original's error would end the listening.

    Everything else fails within LIMIT_SECONDS with one of REDIS_ERRORS.
    """

    async def receive(self, channel: str) -> dict[str, Any]:
        while True:
            try:
                return dict(await super().receive(channel))
            except (*REDIS_ERRORS, OSError):
                # At random, so that not all processes come back in the same instant.
                await asyncio.sleep(random.uniform(0.1, 1) * LONGEST_PAUSE_SECONDS)  # noqa: S311

    async def group_add(self, group: str, channel: str) -> None:
        await _in_time(super().group_add(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await _in_time(super().group_send(group, message))


async def _in_time(answer: Awaitable[Answer]) -> Answer:
    # A socket timeout would also end the waiting for messages.
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            return await answer
    except TimeoutError:
        raise RedisTimeoutError(f"no answer within {LIMIT_SECONDS:g} s") from None
    except OSError as error:  # what a refused connection is before redis-py translates it
        raise RedisConnectionError(str(error)) from error
