"""Connections of the toolkit's own to PgBouncer, and through it to PostgreSQL."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hdms.checks.result import CheckFailed
from hdms.components.component import FREE_SPACE, START
from hdms.connections import SECONDS

if TYPE_CHECKING:
    import psycopg


@contextmanager
def connection(**parameters: Any) -> "Iterator[psycopg.Connection[Any]]":
    """Connect, and end the connection after `SECONDS`: libpq waits for ever for a frozen server.

    The socket is shut down; a cancel request would go to the server that does not answer.

    Raises:
        psycopg.OperationalError: the server is away, or refuses the account.
    """
    import psycopg

    with psycopg.connect(connect_timeout=SECONDS, **parameters) as connected:

        def hang_up() -> None:
            with socket.socket(fileno=os.dup(connected.fileno())) as duplicate:
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(SECONDS, hang_up)
        timer.start()
        try:
            yield connected
        finally:
            timer.cancel()


def failure(what: str, error: Exception, variable: str) -> CheckFailed:
    """Return why a connection failed, with the remedy.

    Args:
        variable: the one with the password.
    """
    # The last line of libpq's message names the reason and never a password.
    return CheckFailed(f"{what}: {str(error).strip().splitlines()[-1]}", _remedy(error, variable))


def _remedy(error: Exception, variable: str) -> str:
    if "no space left on device" in str(error).lower():
        return FREE_SPACE
    if "authentication failed" in str(error):
        return f"{variable} in .env is not what the stack was told: inv env.sync"
    return START
