"""The bare servers that ours are compared with: processes for the duration of a measurement."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.core.management.base import CommandError

LOOPBACK = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
LINES_SHOWN = 5


def free_port() -> int:
    """A TCP port of LOOPBACK on which nobody listens."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port of LOOPBACK."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def running(
    command: Sequence[str], ready: Callable[[], bool], variables: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Python with the arguments `command`, from `ready` on; ended with SIGTERM.

    Args:
        variables: added to this process's own; the way to hand over a secret.

    Raises CommandError with its last lines if it ends early or is not ready in START_SECONDS.
    """
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **(variables or {})},
            stdout=log,
            stderr=log,
            start_new_session=True,  # so that its children can be ended with it
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    said = "\n".join(log.read().splitlines()[-LINES_SHOWN:])
                    raise CommandError(f"{' '.join(command)} did not start:\n{said}")
                time.sleep(0.05)
            yield
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
