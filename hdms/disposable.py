"""A stack for a test: its own folder, ports and passwords; nothing of it is left afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.environment.environment import Environment
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.environment.validation import load
from hdms.stack import Stack

MARK = {"HDMS_DISPOSABLE_STACK": "1"}
"""Variables that allow a service's tests to write to, and empty, the database."""


def _silent(_line: str) -> None:
    pass


@contextmanager
def disposable_stack(
    virtual_environments: Mapping[str, Path] | None = None,
) -> Iterator[tuple[EmbeddedEngine, Environment]]:
    """Make a stack of which nothing runs yet; stop and delete it at the end.

    It also stops, though its folder stays, when this process is killed.

    Args:
        virtual_environments: service -> the environment to use (default: one is made).
    """
    with _home() as stack:
        engine = EmbeddedEngine(stack, virtual_environments, disposable=True)
        try:
            yield engine, load(stack)
        finally:
            engine.down([], _silent)


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
def _home() -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix="hdms-"))
    home.chmod(0o711)  # the components' account passes through
    stack = Stack(home)
    try:
        write_initial_files(stack, free_host_ports())
        yield stack
    finally:
        shutil.rmtree(home)
