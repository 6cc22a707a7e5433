"""supervisord, which starts, restarts and stops the stack's processes."""

import http.client
import shutil
import socket
import subprocess
import sys
import xmlrpc.client
from collections.abc import Container, Sequence
from typing import Any

from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import (
    STOP_SECONDS,
    Program,
    supervisord_conf,
)
from hdms.engines.embedded.replicas import unit_of
from hdms.engines.host import inherited_environment
from hdms.environment.env_file import write_private
from hdms.errors import HdmsError, StartFailed
from hdms.process import last_lines
from hdms.wait import wait_until

START_SECONDS = 10.0
ANSWER_SECONDS = 10.0

_UNENDED = ("STARTING", "RUNNING", "BACKOFF", "STOPPING")
# supervisor.xmlrpc.Faults, which costs too much to import.
_SHUTTING_DOWN, _BAD_NAME, _ALREADY_STARTED, _NOT_RUNNING, _STILL_RUNNING = 6, 10, 60, 70, 91


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket, the path of which stands in place of the host."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(self.host)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, _host: object) -> http.client.HTTPConnection:
        connection = _UnixConnection("localhost")
        connection.host = self._path
        self._connection = ("localhost", connection)
        return connection


class Supervisor:
    """Controls the supervisord of one stack over its Unix socket."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether supervisord answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._layout.supervisord_socket))
            except OSError:
                return False
            return True

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
        output = self._layout.log("supervisord-start")
        with output.open("w") as file:
            process = subprocess.Popen(
                arguments,
                cwd=self._layout.stack.state,
                env=inherited_environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                # A Ctrl-C for this terminal is ours to handle, in order.
                start_new_session=True,
            )

        def still_possible() -> None:
            if process.poll() not in (None, 0):
                raise StartFailed(f"supervisord did not start:\n{last_lines(output.read_text())}")

        wait_until(lambda: self.alive, "supervisord to answer", START_SECONDS, still_possible)
        if ends_with_parent:
            self._child = process
        else:
            process.wait()  # it has left a daemon behind

    def start(self, name: str) -> bool:
        """Start a program with its current configuration; return whether it had to be.

        Raises:
            StartFailed: its command cannot be run.
        """
        if self.info(name).get("statename") in ("RUNNING", "STARTING"):
            return False
        self.forget_removed()
        for method in ("stopProcessGroup", "removeProcessGroup"):
            self._call_unless((_BAD_NAME, _NOT_RUNNING), method, name)
        self._call("addProcessGroup", name)
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _ALREADY_STARTED:
                raise StartFailed(f"{name} cannot be started: {fault.faultString}") from fault
        return True

    def stop(self, names: Sequence[str]) -> None:
        """Stop all programs of some units side by side, and wait until each has ended.

        Raises:
            TimedOut: one did not end, not even by force.
        """
        self.stop_programs([program for program in self.infos() if unit_of(program) in names])

    def stop_programs(self, programs: Sequence[str]) -> None:
        """Stop programs side by side, and wait until each has ended.

        Raises:
            TimedOut: one did not end, not even by force.
        """
        infos = self.infos()
        stopping = [name for name in programs if infos.get(name, {}).get("statename") in _UNENDED]
        for name in stopping:
            self._wait_for_exec(name, infos[name]["pid"])
            self._call_unless((_NOT_RUNNING,), "stopProcess", name, False)

        def ended() -> bool:
            now = self.infos()
            return all(now.get(name, {}).get("statename") not in _UNENDED for name in stopping)

        wait_until(ended, f"{', '.join(stopping)} to end", STOP_SECONDS + START_SECONDS)

    def forget_removed(self) -> None:
        """Take over the configuration; what it no longer has, and has ended, is forgotten."""
        ((_added, _changed, removed),) = self._call("reloadConfig")
        for group in removed:
            self._call_unless((_BAD_NAME, _STILL_RUNNING), "removeProcessGroup", group)

    def signal(self, name: str, signal: str) -> None:
        """Send a signal, e.g. "HUP", to a running program."""
        self._call_unless((_NOT_RUNNING,), "signalProcess", name, signal)

    def shut_down(self) -> None:
        """Stop supervisord itself, and wait until it is gone."""
        import psutil

        try:
            process = psutil.Process(int(self._layout.supervisord_pid.read_text()))
        except (OSError, ValueError, psutil.Error):
            process = None
        if self.alive:
            self._call_unless((_SHUTTING_DOWN,), "shutdown")
        if self._child is not None:
            self._child.wait(STOP_SECONDS)
            self._child = None
        elif process is not None:
            wait_until(lambda: not process.is_running(), "supervisord to end", STOP_SECONDS)

    def info(self, name: str) -> dict[str, Any]:
        """Return supervisord's record of a program; empty where it has none."""
        return self.infos().get(name, {})

    def infos(self) -> dict[str, dict[str, Any]]:
        """Return supervisord's records of all programs; empty where it does not run."""
        try:
            return {record["name"]: record for record in self._call("getAllProcessInfo")}
        except (OSError, http.client.HTTPException):  # it does not run, or ended meanwhile
            return {}
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _SHUTTING_DOWN:
                raise
            return {}

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
            log = self._layout.log(name)
            text = log.read_text(errors="replace") if log.exists() else ""
            raise StartFailed(
                f"{name} ended right after its start. The last lines of "
                f"{self._layout.stack.display(log)}:\n{last_lines(text) or '  (empty)'}"
            )

    def _call(self, method: str, *arguments: object) -> Any:
        # One connection per call: a transport is not safe to share between threads.
        transport = _UnixTransport(str(self._layout.supervisord_socket))
        try:
            proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        except TimeoutError as error:
            pid = self._layout.supervisord_pid.read_text().strip()
            raise HdmsError(
                f"supervisord (pid {pid}) has not answered for {ANSWER_SECONDS:.0f} s",
                f"if it was stopped: kill -CONT {pid}; else kill -9 {pid} and start again",
            ) from error
        finally:
            transport.close()

    def _call_unless(self, faults: Container[int], method: str, *arguments: object) -> bool:
        """Make a call; return False where it fails with one of the expected faults."""
        try:
            self._call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in faults:
                raise
            return False
        return True

    def _wait_for_exec(self, name: str, pid: int) -> None:
        """Wait until a new process has become its program: before, it ignores signals."""
        import psutil

        def is_fork() -> bool:
            try:
                supervisord = psutil.Process(int(self._layout.supervisord_pid.read_text()))
                return psutil.Process(pid).cmdline() == supervisord.cmdline()
            except (OSError, ValueError, psutil.Error):
                return False

        wait_until(lambda: not is_fork(), f"{name} to become its program", START_SECONDS)
