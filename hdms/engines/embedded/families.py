"""The processes of a running unit, and signals to them."""

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from hdms.engines.embedded.replicas import unit_of
from hdms.engines.embedded.supervisor import Supervisor
from hdms.errors import HdmsError

if TYPE_CHECKING:
    import psutil


def processes(supervisor: Supervisor, name: str) -> "list[psutil.Process]":
    """Return the main process of each of a unit's programs.

    Raises:
        HdmsError: none runs.
    """
    import psutil

    infos = supervisor.infos()
    pids = [info["pid"] for program, info in infos.items() if unit_of(program) == name]
    if not any(pids):
        raise HdmsError(f"{name} does not run", f"inv infra.start {name}")
    return [psutil.Process(pid) for pid in pids if pid]


def signal_groups(supervisor: Supervisor, name: str, number: signal.Signals) -> None:
    """Send a signal to each program with what it started, but not to its guard."""
    for process in processes(supervisor, name):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def family(supervisor: Supervisor, name: str) -> "list[psutil.Process]":
    """Return them with all that they started; raises as `processes`."""
    own = processes(supervisor, name)
    return [*own, *(child for process in own for child in process.children(recursive=True))]
