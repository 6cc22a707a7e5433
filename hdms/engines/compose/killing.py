"""A killed Docker engine, and what brings it back."""

import os
import socket
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.engines.compose.client import answers, explained
from hdms.engines.own_faults import OwnFault, wait_gone
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, TimedOut
from hdms.interruption import to_its_end
from hdms.process import run
from hdms.wait import wait_until

if TYPE_CHECKING:
    import psutil

SOCKET = "unix:///var/run/docker.sock"
# Who minds it (systemd waits for 2 s) goes first.
MINDED_SECONDS = 5.0
ANSWER_SECONDS = 120.0


def docker_killed(others: str) -> OwnFault:
    """Return the fault after which Docker starts every container anew."""
    return OwnFault("docker", "kill", _kill, _require_root, others)


def data_folder() -> Path:
    """Return the folder of this machine in which Docker keeps volumes, images and containers.

    Raises:
        HdmsError: the Docker engine does not answer, or runs elsewhere.
    """
    _dockerd()
    asked = run(["docker", "info", "--format={{.DockerRootDir}}"], check=False)
    if asked.exit_code != 0:
        raise explained("docker info", asked.stderr)
    return Path(asked.stdout.strip())


def _require_root() -> None:
    _dockerd()
    if os.geteuid() != 0:
        raise HdmsError("only root may kill the Docker engine", "as root: inv faults --only docker")


def _kill(_environment: Environment) -> None:
    killed = _dockerd()
    command, folder, variables = killed.cmdline(), Path(killed.cwd()), killed.environ()
    with os.fdopen(_log_of(killed), "ab") as log:

        def bring_back() -> None:
            wait_gone(killed, "dockerd")
            try:
                wait_until(lambda: _another(killed, command), "who minds it", MINDED_SECONDS)
            except TimedOut:
                # Nobody's child: it goes on when this command has ended.
                subprocess.run(
                    ["setsid", "--fork", *command],
                    cwd=folder,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    check=True,
                )
            try:
                wait_until(answers, "the Docker engine to answer", ANSWER_SECONDS)
            except TimedOut as late:
                raise HdmsError(late.message, "sudo systemctl start docker") from None

        try:
            killed.kill()
        finally:
            to_its_end(bring_back)


def _dockerd() -> "psutil.Process":
    """Return the process behind Docker's socket.

    Raises:
        HdmsError: there is none, or it runs elsewhere.
    """
    import psutil

    address = os.environ.get("DOCKER_HOST") or SOCKET
    elsewhere = HdmsError(
        f"the Docker engine at {address} does not run on this machine",
        "do it where it runs; see DOCKER_HOST",
    )
    scheme, _, path = address.partition("://")
    if scheme != "unix":
        raise elsewhere
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
        except OSError as error:
            raise explained("Docker", f"connection refused: {path}: {error.strerror}") from None
        listening = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
        )
    pid = struct.unpack("3i", listening)[0]
    with suppress(psutil.Error):
        # systemd may have made the socket, and have started it when somebody came.
        process = psutil.Process(pid)
        for candidate in (process, *process.children()):
            if candidate.name() == "dockerd":
                return candidate
    raise elsewhere


def _another(killed: "psutil.Process", command: Sequence[str]) -> bool:
    """Return whether somebody has started it again."""
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != killed.pid and process.cmdline() == command:
                return True
    return False


def _log_of(process: "psutil.Process") -> int:
    """Return the open file or pipe to which a process writes its log, or else nowhere."""
    try:
        return os.open(f"/proc/{process.pid}/fd/2", os.O_WRONLY | os.O_APPEND)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
