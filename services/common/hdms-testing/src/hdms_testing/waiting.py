"""Waiting for a condition."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


def wait_until(condition: Callable[[], bool], what: str = "it") -> None:
    """Return as soon as the condition holds.

    Args:
        what: what is waited for.

    Raises:
        AssertionError: it did not within PATIENCE_SECONDS.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS:g} s"
        time.sleep(0.02)
