"""One change of a stack at a time, also from two terminals."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from hdms.engines.base import Announce
from hdms.errors import HdmsError
from hdms.stack import Stack

LOCK_SECONDS = 600.0


@contextmanager
def exclusively(stack: Stack, announce: Announce) -> Iterator[None]:
    """Hold the lock of a stack whose state folder exists.

    Raises:
        HdmsError: another process has held it for `LOCK_SECONDS`.
    """
    path = stack.state / "lock"
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        announce("another inv is changing this stack: waiting for it")
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise HdmsError(
                f"another inv has held {path} for {LOCK_SECONDS:.0f} s",
                "find it with: pgrep -af inv",
            ) from error
    try:
        yield
    finally:
        lock.release()
