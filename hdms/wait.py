"""The one generic wait: probe a condition on a monotonic clock, never sleep a fixed time."""

import time
from collections.abc import Callable

from hdms.errors import TimedOut

PAUSE_SECONDS = 0.02


def wait_until(
    condition: Callable[[], bool],
    what: str,
    timeout: float,
    still_possible: Callable[[], None] | None = None,
    pause: float = PAUSE_SECONDS,
) -> float:
    """Wait until `condition()` is true and return the seconds that it took.

    Args:
        condition: asked every `pause` seconds; must not raise.
        what: named in the error, e.g. "redis to answer".
        timeout: seconds.
        still_possible: raises when waiting has become pointless, e.g. because the process has
            exited, so that the wait ends at once and not at the timeout.

    Raises:
        TimedOut: the condition was not true within `timeout` seconds.
    """
    start = time.monotonic()
    while not condition():
        if still_possible is not None:
            still_possible()
        if time.monotonic() - start > timeout:
            raise TimedOut(f"waited {timeout:g} s for {what}")
        time.sleep(pause)
    return time.monotonic() - start
