"""Starting components or processes side by side, given up together when one fails."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager

from hdms.engines.base import Started
from hdms.errors import HdmsError


class GivenUp(HdmsError):
    """Waiting for one became pointless, because another one failed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: given up, because another one failed")


def start_all(
    start: Callable[[str, threading.Event], Started], names: Sequence[str]
) -> list[Started]:
    """Call `start(name, given_up)` for each name side by side; return what each returned.

    Args:
        start: raises `GivenUp` soon after the event is set.

    Raises:
        HdmsError: of the first one that failed.
    """
    given_up = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        futures = [pool.submit(start, name, given_up) for name in names]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            if not all(f.done() and f.exception() is None for f in futures):
                given_up.set()
                with uninterrupted():
                    wait(futures)
    failures = [error for f in futures if (error := f.exception()) is not None]
    if failures:
        raise next((e for e in failures if not isinstance(e, GivenUp)), failures[0]) from None
    return [future.result() for future in futures]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a second Ctrl-C wait: ending is under way, and half of it would be worse than none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
