"""The cache, with Redis and without."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from pytest_django import Settings

from hdms_django import cache


def cache_at(settings: Settings, port: str | int) -> BaseCache:
    location = f"redis://127.0.0.1:{port}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
    return caches["default"]


@pytest.fixture
def orphaned_cache(settings: Settings, closed_port: str) -> Iterator[BaseCache]:
    """The service's cache where nobody listens."""
    yield cache_at(settings, closed_port)
    cache.absence.over()


@pytest.fixture
def silent_cache(settings: Settings) -> Iterator[BaseCache]:
    """The service's cache where somebody listens and never answers, as a frozen Redis does."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield cache_at(settings, silent.getsockname()[1])
    cache.absence.over()


def test_while_redis_is_away_the_cache_is_empty(orphaned_cache: BaseCache) -> None:
    orphaned_cache.set("key", "value")
    orphaned_cache.set_many({"key": "value"})

    assert orphaned_cache.get("key", "default") == "default"
    assert orphaned_cache.get_many(["key"]) == {}
    assert orphaned_cache.add("key", "value") is True  # as into one that is empty
    assert orphaned_cache.touch("key") is False
    assert "key" not in orphaned_cache
    assert orphaned_cache.delete("key") is False
    orphaned_cache.delete_many(["key"])
    with pytest.raises(ValueError, match="not found"):
        orphaned_cache.incr("key")


def test_the_outage_is_logged_once(
    orphaned_cache: BaseCache, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        orphaned_cache.get("key")

    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "Redis is of no use" in record.getMessage()


def test_one_request_waits_for_a_silent_redis_not_all(silent_cache: BaseCache) -> None:
    begin = time.monotonic()
    for _ in range(100):
        assert silent_cache.get("key") is None

    # One after the other, waiting half a second each, they would take 50 s.
    assert time.monotonic() - begin < 10
