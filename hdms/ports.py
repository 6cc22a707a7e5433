"""Who holds a port of this machine."""

import itertools
import random
import socket

from hdms.errors import HdmsError, TimedOut
from hdms.wait import wait_until

LOOPBACK = "127.0.0.1"
COMMAND_LENGTH_SHOWN = 70
GIVEN_UP_SECONDS = 2.0
CANDIDATES = range(20000, 32000)


def is_free(port: int) -> bool:
    """Return whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def require_free(port: int, wanted_by: str, variable: str) -> None:
    """Check that a port can be taken.

    Raises:
        HdmsError: it is held; the message names the process, the hint the variable to change.
    """
    try:
        # A process that was just killed holds its port for a moment longer.
        wait_until(lambda: is_free(port), f"port {port}", GIVEN_UP_SECONDS)
    except TimedOut:
        raise HdmsError(
            f"{wanted_by} needs port {port}, which is held by {holder(port)}",
            f"stop that process, or set another {variable} in .env and run `inv env.sync`",
        ) from None


def holder(port: int) -> str:
    """Return the process that listens on a port, as a person would look for it."""
    import psutil

    for connection in psutil.net_connections(kind="tcp"):
        address = connection.laddr
        if connection.status == psutil.CONN_LISTEN and address and address.port == port:
            if connection.pid is None:
                break
            try:
                process = psutil.Process(connection.pid)
                command = " ".join(" ".join(process.cmdline()).split()) or process.name()
                return f"pid {process.pid} ({command[:COMMAND_LENGTH_SHOWN]})"
            except psutil.Error:
                break
    return f"a process of another account (see: sudo ss -ltnp 'sport = :{port}')"


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on at the moment, all different.

    Not from the range that the kernel gives to outgoing connections (from 32768 on): one of
    those could take the port before the server does, or while it restarts.
    """
    candidates = random.SystemRandom().sample(CANDIDATES, len(CANDIDATES))
    return list(itertools.islice(filter(is_free, candidates), count))
