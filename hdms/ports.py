"""Who holds a port of this machine."""

import itertools
import random
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hdms.errors import HdmsError, TimedOut
from hdms.wait import wait_until

LOOPBACK = "127.0.0.1"
COMMAND_LENGTH_SHOWN = 70
GIVEN_UP_SECONDS = 2.0
CANDIDATES = range(30000, 32000)


def is_free(port: int) -> bool:
    """Return whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


@dataclass(frozen=True)
class Wanted:
    """A port that a unit needs, and the variable that says which."""

    port: int
    unit: str
    variable: str


def require_all_free(
    wanted: Sequence[Wanted],
    also: Sequence[Wanted] = (),
    held_by: Callable[[int], str] | None = None,
    is_ours: Callable[[int], bool] = lambda _port: False,
) -> None:
    """Check that ports can be taken; name all that cannot, in one error.

    Args:
        is_ours: whether a port that is held is held by who needs it, which was started meanwhile.
        also: what is needed later: named too, where one that is needed now is taken.
        held_by: names what holds a port; default: the process of this machine.

    Raises:
        HdmsError: some are held; the message names by whom, the hint the variables to change.
    """

    def all_can_be_taken() -> bool:
        return all(is_free(each.port) or is_ours(each.port) for each in wanted)

    with suppress(TimedOut):
        # A process that was just killed holds its port for a moment longer.
        wait_until(all_can_be_taken, "ports", GIVEN_UP_SECONDS)
        return
    who = held_by or holder
    taken = [each for each in (*wanted, *also) if not is_free(each.port)]
    said = [f"{w.unit} needs port {w.port}, which is held by {who(w.port)}" for w in taken]
    variables = ", ".join(each.variable for each in taken)
    raise HdmsError(
        "\n  ".join(said),
        f"take free ports in place of all {len(taken)}: inv env.init --free-ports ({variables})"
        if len(taken) > 1
        else f"stop that process, or set another {variables} in .env and run `inv env.sync`",
    )


def require_free(port: int, wanted_by: str, variable: str) -> None:
    """Check that a port can be taken.

    Raises:
        HdmsError: it is held; the message names the process, the hint the variable to change.
    """
    require_all_free([Wanted(port, wanted_by, variable)])


def holder(port: int) -> str:
    """Return the process that listens on a port, as a person would look for it."""
    import psutil

    left_over = 0
    for connection in psutil.net_connections(kind="tcp"):
        address = connection.laddr
        if not address or address.port != port:
            continue
        if connection.status != psutil.CONN_LISTEN:
            left_over += 1
        elif connection.pid is not None:
            try:
                process = psutil.Process(connection.pid)
                command = " ".join(" ".join(process.cmdline()).split()) or process.name()
                return f"pid {process.pid} ({command[:COMMAND_LENGTH_SHOWN]})"
            except psutil.Error:
                pass
        else:
            return f"a process of another account (see: sudo ss -ltnp 'sport = :{port}')"
    if left_over:
        return f"{left_over} connections that are left of a former server; they go by themselves"
    return f"a process that ended, or of another account (see: sudo ss -tnap 'sport = :{port}')"


def free_ports(count: int, candidates: range = CANDIDATES) -> list[int]:
    """Return ports that nobody listens on at the moment, all different; fewer if there are fewer.

    Not from the range that the kernel gives to outgoing connections (from 32768 on): one of
    those could take the port before the server does, or while it restarts.
    """
    shuffled = random.SystemRandom().sample(candidates, len(candidates))
    return list(itertools.islice(filter(is_free, shuffled), count))
