"""One change of a stack at a time, also from two terminals."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from hdms.engines.base import Announce
from hdms.environment.environment import read
from hdms.environment.schema import ROOT, variable
from hdms.errors import HdmsError
from hdms.stack import Stack


@contextmanager
def exclusively(stack: Stack, announce: Announce) -> Iterator[None]:
    """Hold the lock of a stack; who holds it may take it again.

    Raises:
        HdmsError: another process has held it for `HDMS_WAIT_SECONDS`.
    """
    path = stack.state / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, is_singleton=True)  # the same one for whoever asks, counted per thread
    try:
        lock.acquire(timeout=0)
    except Timeout:
        announce(f"another inv is changing this stack ({_holder(stack)[1]}): waiting for it")
        _wait(lock, stack)
    try:
        # For who waits; whatever stands there while nobody holds the lock means nothing.
        _note(stack).write_text(f"{os.getpid()}\n")
        yield
    finally:
        lock.release()


def _wait(lock: FileLock, stack: Stack) -> None:
    seconds = _patience(stack)
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        pid, command = _holder(stack)
        end = f", or end it: kill {pid}" if pid else ""
        raise HdmsError(
            f"another inv is still changing this stack after {seconds:g} s (HDMS_WAIT_SECONDS): "
            f"{command}; nothing was changed",
            f"try again when it is done{end}",
        ) from error


def _patience(stack: Stack) -> float:
    with suppress(HdmsError, ValueError):  # what is wrong with the files is said by who judges them
        return float(read(stack)["HDMS_WAIT_SECONDS"])
    return float(variable(ROOT, "HDMS_WAIT_SECONDS").default or 0)


def _note(stack: Stack) -> Path:
    return stack.state / "lock.holder"


def _holder(stack: Stack) -> tuple[int, str]:
    """Return the process that holds the lock, in words too; 0 where it is not known."""
    import psutil

    try:
        pid = int(_note(stack).read_text())
        program, *words = psutil.Process(pid).cmdline()[1:]
    except (OSError, ValueError, psutil.Error):
        return 0, "which one is not known"
    return pid, f"pid {pid}: {shlex.join([Path(program).name, *words])}"
