"""A stack for a test: its own folder, ports and passwords; nothing of it is left afterwards."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hdms.engines.base import silent
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.environment import Environment
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.environment.validation import load
from hdms.errors import HdmsError
from hdms.stack import Stack

_BLOCK = 50  # ports, of which some may be taken by others
_BLOCKS = range(20000, 30000, _BLOCK)  # below those of hdms.ports

MARK = {"HDMS_DISPOSABLE_STACK": "1"}
"""Variables that allow a service's tests to write to, and empty, the database."""


@contextmanager
def disposable_stack() -> Iterator[tuple[EmbeddedEngine, Environment]]:
    """Make a stack of which nothing runs yet; stop and delete it at the end.

    It also stops, though its folder stays, when this process is killed.
    """
    with _home() as stack:
        engine = EmbeddedEngine(stack, disposable=True)
        try:
            yield engine, load(stack)
        finally:
            engine.down([], silent)


@contextmanager
def disposable_containers() -> Iterator[tuple[ComposeEngine, Environment]]:
    """Make a stack in containers of which nothing runs yet; delete it at the end."""
    with _home() as stack:
        engine = ComposeEngine(stack)
        try:
            yield engine, load(stack)
        finally:
            engine.discard()


@contextmanager
def reserved_ports() -> Iterator[dict[str, int]]:
    """Choose free ports that no other disposable stack of this machine gets meanwhile.

    A stack begins to listen long after its ports were chosen.
    """
    folder = Path(tempfile.gettempdir())
    for start in random.sample(_BLOCKS, len(_BLOCKS)):
        lock = FileLock(folder / f"hdms-ports-{os.geteuid()}-{start}.lock", timeout=0)
        try:
            lock.acquire()
            ports = free_host_ports(range(start, start + _BLOCK))
        except (Timeout, ValueError):  # another stack's, or too many are taken
            lock.release()
            continue
        try:
            yield ports
        finally:
            lock.release()
        return
    raise HdmsError("no ports are left for another disposable stack", "end some of the tests")


@contextmanager
def passable_folder() -> Iterator[Path]:
    """Make a folder with a short path, as PostgreSQL's socket needs it; delete it at the end.

    The components' account may pass through.
    """
    folder = Path(tempfile.mkdtemp(prefix="hdms-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _home() -> Iterator[Stack]:
    with passable_folder() as home, reserved_ports() as ports:
        stack = Stack(home)
        write_initial_files(stack, ports)
        yield stack
