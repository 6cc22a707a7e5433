"""Processes that outlived their supervisord (kill -9): they hold ports and the data folder."""

import os
import signal
from pathlib import Path

from hdms.engines.base import Announce

PATIENCE_SECONDS = 15.0
# The kernel gives start times relative to a boot time in whole seconds.
CLOCK_SECONDS = 2.0


def end_orphans(pid_file: Path, announce: Announce) -> None:
    """End what a killed supervisord left running, first gently, then by force.

    Its children are known by their session, which supervisord founded, and by having been
    started after the pid file was written: a process that got the same number later is safe.
    """
    import psutil

    try:
        session = int(pid_file.read_text())
        since = pid_file.stat().st_mtime
    except (OSError, ValueError):
        return
    left = [p for p in psutil.process_iter() if _is_child(p, session, since)]
    pid_file.unlink(missing_ok=True)
    if not left:
        return
    names = ", ".join(sorted({process.name() for process in left}))
    announce(f"ending what outlived a killed supervisor: {names}")
    for process in left:
        # PostgreSQL's fast shutdown, and all others stop too; but it aborts an Erlang VM.
        is_erlang = process.name() == "beam.smp"
        _signal(process.pid, signal.SIGTERM if is_erlang else signal.SIGINT)
    _, stubborn = psutil.wait_procs(left, timeout=PATIENCE_SECONDS)
    for process in stubborn:
        _signal(process.pid, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=PATIENCE_SECONDS)


def _is_child(process: "object", session: int, since: float) -> bool:
    import psutil

    assert isinstance(process, psutil.Process)  # noqa: S101 - narrows the lazily imported type
    try:
        in_session = os.getsid(process.pid) == session
        if not in_session or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.create_time() >= since - CLOCK_SECONDS
    except (OSError, psutil.Error):
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
