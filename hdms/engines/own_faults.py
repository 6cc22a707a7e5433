"""Breaking what a whole stack rests on: what runs its processes, and its disk."""

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.wait import wait_until

if TYPE_CHECKING:
    import psutil

FULL = "full"
GONE_SECONDS = 10.0
# PostgreSQL, whose log's files are there before they are needed, notices after some seconds.
FULL_SECONDS = 8.0
REFILL_SECONDS = 0.05
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A step that does not fit is given back, which costs a file system in memory much.
_STEP, _SMALLEST = 2**26, 2**12
# Those whose size is their own: not a layer on another, not a share of a server.
_KINDS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs")


@dataclass(frozen=True)
class OwnFault:
    """A way to break what everything of an engine rests on.

    Attributes:
        part: what is broken, e.g. "supervisor".
        kind: how, e.g. "kill".
        inject: breaks it; at its end everything is back, or on its way; also after Ctrl-C.
        require: raises an `HdmsError` with the remedy where this machine does not allow it.
        others: whom else it concerns; then it is done only where it is asked for by name.
    """

    part: str
    kind: str
    inject: Callable[[Environment], None]
    require: Callable[[], None] = lambda: None
    others: str = ""


def is_gone(process: "psutil.Process") -> bool:
    """Return whether a process has ended, also where nobody asks for its exit code."""
    import psutil

    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_gone(process: "psutil.Process", what: str) -> None:
    """Wait until a killed process has ended.

    Raises:
        TimedOut: it goes on.
    """
    wait_until(lambda: is_gone(process), f"{what} to be gone", GONE_SECONDS)


def full_disk(folder: Callable[[], Path], others: str = "") -> OwnFault:
    """Return the fault that the file system of a folder, which has one of its own, is full."""

    def inject(_environment: Environment) -> None:
        with filled(folder()) as fill:
            end = time.monotonic() + FULL_SECONDS
            while time.monotonic() < end:
                fill()  # also what was freed meanwhile
                time.sleep(REFILL_SECONDS)

    return OwnFault("disk", FULL, inject, lambda: require_own_file_system(folder()), others)


class _Mount(NamedTuple):
    device: str
    root: str
    point: Path
    kind: str


def require_own_file_system(folder: Path) -> None:
    """Check that a folder is where a file system is mounted, and all of it.

    Raises:
        HdmsError: filling it would fill somebody else's disk, too.
    """
    mounts = list(_mounts())
    # The last one mounted there hides the others.
    here = next((m for m in reversed(mounts) if m.point == folder), None)
    alone = here and all(m.device != here.device for m in mounts if m.point != folder)
    if here is None or here.root != "/" or here.kind not in _KINDS or not alone:
        raise HdmsError(
            f"{folder} is not a file system of its own, and nobody else's disk is filled",
            "mount one there first, e.g. of 4 GiB; without Docker it is the folder in HDMS_HOME",
        )


def _mounts() -> Iterator[_Mount]:
    """Yield what is mounted; see proc_pid_mountinfo(5)."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        mounted, _, source = line.partition(" - ")
        _, _, device, root, point, *_ = mounted.split()
        plain = point.encode("latin-1", "backslashreplace").decode("unicode_escape")
        yield _Mount(device, root, Path(plain), source.split()[0])


@contextmanager
def filled(folder: Path) -> Iterator[Callable[[], None]]:
    """Fill a file system until the end of the context; yield what fills it again.

    With a file that has no name: it is gone with this process, whatever ends that.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        _take_all(file)
        yield lambda: _take_all(file)


def _take_all(file: BinaryIO) -> None:
    size = _STEP
    while size >= _SMALLEST:
        try:
            os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
        except OSError as error:
            if error.errno not in _NO_SPACE:
                raise
            size //= 2
