"""The cache, with Redis and without."""

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from pytest_django import Settings

from hdms_common import cache


@pytest.fixture
def orphaned_cache(settings: Settings, closed_port: str) -> Iterator[BaseCache]:
    """The service's cache where nobody listens."""
    location = f"redis://127.0.0.1:{closed_port}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
    yield caches["default"]
    cache.absence.over()


def test_while_redis_is_away_the_cache_is_empty(orphaned_cache: BaseCache) -> None:
    orphaned_cache.set("key", "value")
    orphaned_cache.set_many({"key": "value"})

    assert orphaned_cache.get("key", "default") == "default"
    assert orphaned_cache.get_many(["key"]) == {}
    assert orphaned_cache.add("key", "value") is False
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
    assert "Redis does not answer" in record.getMessage()
