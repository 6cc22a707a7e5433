"""The one generic wait: probe a condition on a monotonic clock, never sleep a fixed time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hdms.errors import TimedOut

PAUSE_SECONDS = 0.02
SILENT_SECONDS = 5.0


def wait_until(
    condition: Callable[[], bool],
    what: str,
    timeout: float,
    still_possible: Callable[[], None] | None = None,
    pause: float = PAUSE_SECONDS,
    announce: Callable[[str], None] | None = None,
) -> float:
    """Wait until `condition()` is true and return the seconds that it took.

    Args:
        condition: asked every `pause` seconds; must not raise.
        what: named in the error, e.g. "redis to answer".
        timeout: seconds.
        still_possible: raises when waiting has become pointless, e.g. because the process has
            exited, so that the wait ends at once and not at the timeout.
        announce: told, once, where it takes longer than `SILENT_SECONDS`.

    Raises:
        TimedOut: the condition was not true within `timeout` seconds.
    """
    start = time.monotonic()
    with told_of(what, announce):
        while not condition():
            if still_possible is not None:
                still_possible()
            if time.monotonic() - start > timeout:
                raise TimedOut(f"waited {timeout:g} s for {what}")
            time.sleep(pause)
    return time.monotonic() - start


@contextmanager
def told_of(what: str, announce: Callable[[str], None] | None) -> Iterator[None]:
    """Say what is waited for where it takes long, also while the condition itself waits."""
    if announce is None:
        yield
        return
    timer = threading.Timer(SILENT_SECONDS, announce, [f"waiting for {what}"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
