"""What a process and its children use."""

from typing import TYPE_CHECKING

from hdms.engines.base import Usage

if TYPE_CHECKING:
    import psutil


def usage(family: "list[psutil.Process]") -> Usage:
    """Return what these processes use together; those that end meanwhile are left out."""
    import psutil

    memory = files = 0
    for process in family:
        try:
            memory += process.memory_full_info().pss
            files += process.num_fds()
        except psutil.Error:
            continue
    return Usage(memory, files)
