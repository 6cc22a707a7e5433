"""A stack on a small disk of its own, for tests of a full one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hdms.disposable import reserved_ports
from hdms.environment.initial import write_initial_files
from hdms.stack import Stack


@contextmanager
def mounted(home: Path, *options: str) -> Iterator[None]:
    """Mount something at a folder until the end of the context; skip the test where one may not."""
    finished = subprocess.run(["mount", *options, home], check=False, capture_output=True)
    if finished.returncode != 0:
        pytest.skip(f"this machine does not let us mount: {finished.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run(["umount", home], check=True)


@contextmanager
def small_disk(home: Path, size: str) -> Iterator[Stack]:
    """Make a stack, of which nothing runs yet, on a disk of a size, e.g. "64m"."""
    with mounted(home, "-t", "tmpfs", "-o", f"size={size}", "none"):
        home.chmod(0o711)
        stack = Stack(home)
        with reserved_ports() as ports:
            write_initial_files(stack, ports)
            yield stack
