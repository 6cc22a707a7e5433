"""What the processes in a container use, as they see themselves."""

from typing import TYPE_CHECKING

from hdms.engines.base import Usage

if TYPE_CHECKING:
    from docker.models.containers import Container

# As the container's own account, which may look at its processes; this machine's may not.
_SCRIPT = (
    "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ {sum += $2} END {print sum * 1024}';"
    " ls -d /proc/[0-9]*/fd/* 2>/dev/null | wc -l"
)

USED = 2  # bytes of memory, open files


def usage(containers: list["Container"]) -> Usage | None:
    """Return what a unit's containers use together; None while one does not run."""
    from docker.errors import DockerException

    found = Usage(0, 0)
    for container in containers:
        try:
            exit_code, printed = container.exec_run(["sh", "-c", _SCRIPT])
        except DockerException:
            return None
        if exit_code != 0 or not isinstance(printed, bytes):
            return None
        used = printed.split()
        if len(used) != USED:  # it ended while it looked
            return None
        found = Usage(found.memory + int(float(used[0])), found.open_files + int(used[1]))
    return found if containers else None
