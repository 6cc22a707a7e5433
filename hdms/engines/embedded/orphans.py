"""Processes that outlived their supervisord (kill -9): they hold ports and the data folder."""

import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.catalog import COMPONENTS
from hdms.engines.base import Announce
from hdms.engines.embedded.ownership import own_processes
from hdms.stack import PROJECT, Stack

if TYPE_CHECKING:
    import psutil

PATIENCE_SECONDS = 15.0


def end_orphans(stack: Stack, supervisor: "psutil.Process | None", announce: Announce) -> None:
    """End what of the stack runs without its supervisord, first gently, then by force.

    Args:
        supervisor: the one that runs, whose processes stay; None where none does.
    """
    left = _orphans(stack, supervisor)
    names = sorted({name for process in left if (name := _name(process))})
    if not names:
        return
    announce(f"ending what outlived a killed supervisor: {', '.join(names)}")
    end(left)


def end(processes: "Sequence[psutil.Process]", patience: float = PATIENCE_SECONDS) -> None:
    """Ask processes to end, and kill what has not after `patience` seconds."""
    import psutil

    aborted = {component.embedded.aborted_by_interrupt for component in COMPONENTS}
    for process in processes:
        # PostgreSQL's fast shutdown, and the others stop too.
        _signal(process, signal.SIGTERM if _name(process) in aborted else signal.SIGINT)
    _, stubborn = psutil.wait_procs(processes, timeout=patience)
    kill(stubborn)
    psutil.wait_procs(stubborn, timeout=PATIENCE_SECONDS)


def killing(stack: Stack, name: str) -> list[str | Path]:
    """Return the command that kills the stack's own processes of a name, e.g. "nginx"."""
    code = f"import sys; from {__name__} import kill_named; kill_named(*sys.argv[1:])"
    python = ["env", f"PYTHONPATH={PROJECT}", sys.executable, "-P"]
    return [*python, "-c", code, stack.home, name]


def kill(processes: "Sequence[psutil.Process]") -> None:
    """Kill processes; what has ended meanwhile is no error."""
    for process in processes:
        _signal(process, signal.SIGKILL)


def kill_named(home: str, name: str) -> None:
    """Kill the processes of a name that belong to the stack in a folder."""
    kill([p for p in own_processes(Stack(Path(home))) if _name(p) == name])


def _orphans(stack: Stack, supervisor: "psutil.Process | None") -> "list[psutil.Process]":
    import psutil

    own = own_processes(stack)
    this = psutil.Process()
    spared = {this.pid, *(parent.pid for parent in this.parents())}
    if supervisor is not None:
        with suppress(psutil.NoSuchProcess):
            spared |= {p.pid for p in (supervisor, *supervisor.children(recursive=True))}
    return [process for process in own if process.pid not in spared]


def _name(process: "psutil.Process") -> str:
    """Return a process' name; empty where it has ended meanwhile."""
    import psutil

    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def _signal(process: "psutil.Process", number: signal.Signals) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):  # it says so, too, where another has its number
        process.send_signal(number)
