"""supervisord, which starts, restarts and stops the stack's processes."""

import http.client
import shutil
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hdms.engines.base import Announce, silent
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.open_files import require_files
from hdms.engines.embedded.orphans import kill
from hdms.engines.embedded.ownership import mark, own_process
from hdms.engines.embedded.programs import STOP_SECONDS, Program, supervisord_conf
from hdms.engines.embedded.replicas import is_stand_in, unit_of
from hdms.engines.embedded.rpc import (
    ALREADY_STARTED,
    BAD_NAME,
    NOT_RUNNING,
    SHUTTING_DOWN,
    STILL_RUNNING,
    Rpc,
)
from hdms.engines.embedded.said import Said
from hdms.engines.host import inherited_environment
from hdms.environment.env_file import write_private
from hdms.errors import StartFailed, TimedOut
from hdms.interruption import to_its_end
from hdms.process import last_lines
from hdms.wait import wait_until

if TYPE_CHECKING:
    import psutil

START_SECONDS = 60.0

_UNENDED = ("STARTING", "RUNNING", "BACKOFF", "STOPPING")


class Supervisor:
    """Controls the supervisord of one stack over its Unix socket."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.announce: Announce = silent  # told what takes long
        self._said = Said(layout)
        self._child: subprocess.Popen[bytes] | None = None
        self._rpc = Rpc(layout.supervisord_socket, self._pid)

    @property
    def alive(self) -> bool:
        """Whether supervisord answers."""
        return self._rpc.alive

    def process(self) -> "psutil.Process | None":
        """Return the running supervisord of this stack; None where there is none.

        Its pid file alone is no proof: it outlives a power cut, and then the number is another's.
        """
        try:
            pid = int(self._layout.supervisord_pid.read_text())
        except (OSError, ValueError):
            return None
        return own_process(self._layout.stack, pid)

    def _pid(self) -> int | str:
        process = self.process()
        return process.pid if process else "of supervisord"

    def configure(self, programs: Sequence[Program]) -> None:
        """Write the configuration; `start` makes a running supervisord take over a changed one."""
        write_private(self._layout.supervisord_conf, supervisord_conf(self._layout, programs))

    def launch(self, ends_with_parent: bool) -> None:
        """Start supervisord and wait until it answers.

        Args:
            ends_with_parent: it, and all that it runs, stops when the calling process is gone.

        Raises:
            StartFailed: it ended at once; the message holds what it printed.
        """
        require_files()
        arguments = [
            sys.executable,
            "-m",
            "supervisor.supervisord",
            "-c",
            str(self._layout.supervisord_conf),
        ]
        if ends_with_parent and shutil.which("setpriv"):
            arguments = ["setpriv", "--pdeathsig", "TERM", "--", *arguments, "--nodaemon"]
        if self._child is not None:
            self._child.wait(STOP_SECONDS)  # killed, or it would have answered
        # Not on the stack's disk: on a full one it ended when it could not print.
        with tempfile.TemporaryFile() as output:
            process = self._child = subprocess.Popen(
                arguments,
                cwd=self._layout.stack.state,
                env={**inherited_environment(), **mark(self._layout.stack)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A Ctrl-C for this terminal is ours to handle, in order.
                start_new_session=True,
            )

            def still_possible() -> None:
                if process.poll() not in (None, 0):
                    output.seek(0)
                    said = last_lines(output.read().decode(errors="replace"))
                    raise StartFailed(f"supervisord did not start:\n{said}")

            def wait() -> None:
                what = "supervisord to answer"
                wait_until(lambda: self.alive, what, START_SECONDS, still_possible)

            to_its_end(wait)  # only one that answers can be told to end
        if not ends_with_parent:
            process.wait()  # it has left a daemon behind
            self._child = None

    def start(self, name: str) -> bool:
        """Start a program with its current configuration; return whether it had to be.

        Raises:
            StartFailed: its command cannot be run.
        """
        if self.info(name).get("statename") in ("RUNNING", "STARTING"):
            return False
        self.stop_programs([name])  # it may be ending still, at the wish of a killed command
        self.forget_removed()
        self._rpc.call_unless((BAD_NAME,), "removeProcessGroup", name)
        self._rpc.call("addProcessGroup", name)
        self._said.begins(name)
        try:
            self._rpc.call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != ALREADY_STARTED:
                raise StartFailed(f"{name} cannot be started: {fault.faultString}") from fault
        return True

    def stop(self, names: Sequence[str], patience: float = STOP_SECONDS) -> None:
        """Stop all programs of some units side by side, and wait until each has ended.

        Args:
            patience: seconds, after which they are killed.

        Raises:
            TimedOut: one did not end, not even by force.
        """
        programs = [program for program in self.infos() if unit_of(program) in names]
        self.stop_programs(programs, patience)

    def stop_programs(self, programs: Sequence[str], patience: float = STOP_SECONDS) -> None:
        """Stop programs side by side, and wait until each has ended.

        Args:
            patience: seconds, after which they are killed.

        Raises:
            TimedOut: one did not end, not even by force.
        """
        infos = self.infos()
        stopping = [name for name in programs if infos.get(name, {}).get("statename") in _UNENDED]
        for name in stopping:
            self._wait_for_exec(name, infos[name]["pid"], patience)
            self._rpc.call_unless((NOT_RUNNING,), "stopProcess", name, False)

        def ended() -> bool:
            now = self.infos()
            return all(now.get(name, {}).get("statename") not in _UNENDED for name in stopping)

        what = f"{', '.join(stopping)} to end"
        try:
            wait_until(ended, what, patience, announce=self.announce)
        except TimedOut:
            for name in stopping:
                self._kill(infos[name]["pid"])
            wait_until(ended, what, START_SECONDS)

    def forget_removed(self) -> None:
        """Take over the configuration; what it no longer has, and has ended, is forgotten."""
        ((_added, _changed, removed),) = self._rpc.call("reloadConfig")
        for group in removed:
            self._rpc.call_unless((BAD_NAME, STILL_RUNNING), "removeProcessGroup", group)

    def signal(self, name: str, signal: str) -> None:
        """Send a signal, e.g. "HUP", to a running program."""
        self._rpc.call_unless((NOT_RUNNING,), "signalProcess", name, signal)

    def shut_down(self) -> None:
        """Stop supervisord itself, and wait until it is gone."""
        process = self.process()
        if self.alive:
            self._rpc.call_unless((SHUTTING_DOWN,), "shutdown")
        if self._child is not None:
            self._child.wait(STOP_SECONDS)
            self._child = None
        gone = (lambda: not process.is_running()) if process else (lambda: not self.alive)
        wait_until(gone, "supervisord to end", STOP_SECONDS)

    def info(self, name: str) -> dict[str, Any]:
        """Return supervisord's record of a program; empty where it has none."""
        return self.infos().get(name, {})

    def infos(self) -> dict[str, dict[str, Any]]:
        """Return supervisord's records of all programs; empty where it does not run.

        Of a stand-in only while it is there.
        """
        try:
            records = self._rpc.call("getAllProcessInfo")
        except (OSError, http.client.HTTPException):  # it does not run, or ended meanwhile
            return {}
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != SHUTTING_DOWN:
                raise
            return {}
        return {
            record["name"]: record
            for record in records
            if not is_stand_in(record["name"]) or record["statename"] in _UNENDED
        }

    def require_running(self, name: str, pid: int = 0) -> None:
        """Check that a program that was started has not ended since.

        Args:
            pid: what it was started as: another one is its successor (0: not known).

        Raises:
            StartFailed: it has; the message holds the last lines of its log.
        """
        info = self.info(name)
        restarted = pid and info.get("pid") != pid
        if restarted or info.get("statename") not in ("STARTING", "RUNNING"):
            raise StartFailed(
                f"{name} ended right after its start. {self._said.last_lines(name)}",
                f"correct what it names; more: inv infra.logs {unit_of(name)}",
            )

    def not_ready(self, name: str, seconds: float) -> StartFailed:
        """Return the error for a unit that runs and has not become ready in time."""
        import psutil

        remedy = f"inv infra.restart {name}; more: inv infra.logs {name}"
        infos = self.infos()
        programs = [program for program in infos if unit_of(program) == name]
        for program in programs:
            pid = infos[program]["pid"]
            with suppress(psutil.Error):
                if pid and psutil.Process(pid).status() == psutil.STATUS_STOPPED:
                    remedy = f"it is stopped, let it go on: kill -CONT {pid}"
        return StartFailed(
            f"{name} runs and does not answer: not ready after {seconds:g} s "
            f"(HDMS_WAIT_SECONDS). {' '.join(map(self._said.last_lines, programs or [name]))}",
            remedy,
        )

    def _kill(self, pid: int) -> None:
        """Kill a program, unless it has ended meanwhile, with all that it started."""
        import psutil

        process = own_process(self._layout.stack, pid)
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                kill([process, *process.children(recursive=True)])

    def _wait_for_exec(self, name: str, pid: int, patience: float) -> None:
        """Wait until a new process has become its program: before, it ignores signals."""
        import psutil

        supervisord = self.process()
        if supervisord is None:
            return

        def is_fork() -> bool:
            try:
                return psutil.Process(pid).cmdline() == supervisord.cmdline()
            except psutil.Error:
                return False

        with suppress(TimedOut):  # it was stopped before: then it is killed, after a while
            what = f"{name} to become its program"
            wait_until(lambda: not is_fork(), what, min(patience, START_SECONDS))
