"""Which processes of this machine are a stack's own: they prove it themselves.

A number in a file proves nothing: after a reboot, or in a container that was started anew,
another process has it. What supervisord starts inherits a mark, the stack's state folder, in its
environment, also where it leaves its parent, its session and its group. Servers that write their
title over their environment are known by their name and the folder that they work in.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.catalog import COMPONENTS
from hdms.engines.embedded.account import components_account
from hdms.process import run
from hdms.stack import Stack

if TYPE_CHECKING:
    import psutil

MARK = "HDMS_STACK"
LOOK_SECONDS = 10.0


def mark(stack: Stack) -> dict[str, str]:
    """Return the variable by which the processes of a stack are known; it is no secret."""
    return {MARK: str(stack.state.resolve())}


def is_own(stack: Stack, pid: int) -> bool:
    """Return whether a process of this number is one of the stack's."""
    return own_process(stack, pid) is not None


def own_process(stack: Stack, pid: int) -> "psutil.Process | None":
    """Return the process of this number where it is the stack's own, else None."""
    import psutil

    with suppress(psutil.NoSuchProcess, ValueError, OverflowError):
        return next(iter(_proven(stack, [psutil.Process(pid)])), None)
    return None


def own_processes(stack: Stack) -> "list[psutil.Process]":
    """Return the stack's processes, whoever their parent is now; a zombie is none any more."""
    import psutil

    return _proven(stack, list(psutil.process_iter()))


def _proven(stack: Stack, processes: "Sequence[psutil.Process]") -> "list[psutil.Process]":
    state = stack.state.resolve()
    proven, unreadable = _look(state, [process.pid for process in processes])
    if unreadable:
        proven |= _working_in(state, unreadable)
    # Not what got the number of another while we looked.
    return [process for process in processes if process.pid in proven and process.is_running()]


def _look(state: Path, pids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return the numbers of the processes that prove it, and of those that cannot be asked."""
    proven, unreadable = set(), set()
    for pid in pids:
        folder = Path("/proc") / str(pid)
        try:
            if _is_marked(folder, state) and not _is_in_a_container(folder):
                proven.add(pid)
        except PermissionError:
            unreadable.add(pid)
        except OSError:  # it ended meanwhile
            continue
    return proven, unreadable


def _is_marked(folder: Path, state: Path) -> bool:
    variables = (folder / "environ").read_bytes().split(b"\0")
    if f"{MARK}=".encode() + os.fsencode(state) in variables:
        return True
    name = (folder / "comm").read_bytes().decode(errors="replace").strip()
    overwriting = {"nginx", *(component.embedded.overwriting for component in COMPONENTS)}
    return name in overwriting and _is_in((folder / "cwd").readlink(), state)


def _is_in(folder: Path, state: Path) -> bool:
    """Return whether a folder is in this state folder, and in no other stack's inside it."""
    return folder.is_relative_to(state) and state.name not in folder.relative_to(state).parts


def _is_in_a_container(folder: Path) -> bool:
    """Return whether a process has another number where it lives: its paths are others, too."""
    lines = (folder / "status").read_bytes().splitlines()
    numbers = [line.split()[1:] for line in lines if line.startswith(b"NSpid:")]
    return any(len(each) > 1 for each in numbers)


def _working_in(state: Path, pids: Iterable[int]) -> set[int]:
    """Return which of the components' account work in the state folder, as that account sees it.

    In a container, root may not look into another account's processes.
    """
    if os.geteuid() != 0 or (account := components_account()) is None:
        return set()
    folders = [Path("/proc") / str(pid) for pid in pids]
    links = [folder / "cwd" for folder in folders if _belongs_to(folder, account)]
    if not links:
        return set()
    inside = _literally(state)
    looking = ["find", *links, "-maxdepth", "0", "-lname", f"{inside}/*"]
    looking += ["!", "-lname", f"{inside}/*/{state.name}/*"]  # another stack's
    found = run(looking, user=account, cwd=Path("/"), timeout=LOOK_SECONDS, check=False)
    return {int(Path(link).parent.name) for link in found.stdout.splitlines()}


def _belongs_to(folder: Path, account: str) -> bool:
    try:
        return folder.owner() == account
    except (OSError, KeyError):
        return False


def _literally(path: Path) -> str:
    return str(path).replace("\\", "\\\\")  # other signs of a pattern: `layout.UNUSABLE`
