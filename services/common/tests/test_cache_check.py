"""What counts as a cache that is fast enough."""

import pytest

from hdms_common.result import CheckFailed
from hdms_django.connectivity import cache


def measured(monkeypatch: pytest.MonkeyPatch, *rounds: float) -> None:
    """Let the rounds' 99th percentiles be these, the last one again and again (milliseconds)."""
    found = list(rounds)
    monkeypatch.setattr(
        cache, "_measure", lambda _key: (0.4, found.pop(0) if len(found) > 1 else found[0])
    )


def test_a_busy_moment_is_no_slow_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, 80.0, 61.0, 49.0)

    assert cache.check().measurements["p99_ms"] == 49.0


def test_what_is_never_fast_enough_is_told_with_what_was_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "PATIENCE_SECONDS", 0.01)
    measured(monkeypatch, 80.0, 51.0, 90.0)

    with pytest.raises(CheckFailed) as failed:
        cache.check()

    assert "the median was 0.4 ms and p99 51.0 ms, limit 50 ms" in str(failed.value)
