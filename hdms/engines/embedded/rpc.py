"""Calls to supervisord over its Unix socket (XML-RPC)."""

import http.client
import socket
import xmlrpc.client
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from hdms.errors import HdmsError

ANSWER_SECONDS = 10.0

# supervisor.xmlrpc.Faults, which costs too much to import.
SHUTTING_DOWN, BAD_NAME, ALREADY_STARTED, NOT_RUNNING, STILL_RUNNING = 6, 10, 60, 70, 91


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(self.path)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, _host: object) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        self._connection = ("localhost", connection)
        return connection


class Rpc:
    """supervisord's methods.

    Args:
        path: its socket.
        pid: returns its process id, or words for it, for an error.
    """

    def __init__(self, path: Path, pid: Callable[[], int | str]) -> None:
        self._path = path
        self._pid = pid

    @property
    def alive(self) -> bool:
        """Whether supervisord answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._path))
            except OSError:
                return False
            return True

    def call(self, method: str, *arguments: object) -> Any:
        """Return what a method of supervisord's XML-RPC interface returns.

        Raises:
            HdmsError: it hangs.
        """
        # One connection per call: a transport is not safe to share between threads.
        transport = _UnixTransport(str(self._path))
        try:
            proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        except TimeoutError as error:
            pid = self._pid()
            raise HdmsError(
                f"supervisord (pid {pid}) has not answered for {ANSWER_SECONDS:.0f} s",
                f"if it was stopped: kill -CONT {pid}; else kill -9 {pid} and start again",
            ) from error
        finally:
            transport.close()

    def call_unless(self, faults: Container[int], method: str, *arguments: object) -> bool:
        """Make a call; return False where it fails with one of the expected faults."""
        try:
            self.call(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in faults:
                raise
            return False
        return True
