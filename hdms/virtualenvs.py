"""Virtual environments, made of the lock: one for each set of packages, in a cache of the checkout.

All stacks, Nox and the tests share them, so each holds what its tests need, too. A change makes
another one beside the former: a process may still run in that.
"""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from hdms import workspace
from hdms.engines.base import Announce
from hdms.process import run
from hdms.stack import PROJECT
from hdms.workspace import DEV, LOCK, UV

INSTALL_SECONDS = 900.0
WHOLE = "complete"  # the file that lists what was installed
ALL = PROJECT / ".hdms" / "venvs"


def folder_of(project: str) -> Path:
    """Return where the virtual environment of a project of the workspace is."""
    return ALL / fingerprint(project)[:12]


def fingerprint(project: str) -> str:
    """Return a digest of what is installed for a project, and of the interpreter."""
    parts = workspace.closure(project)
    asked = {requirement for part in parts for requirement in part.requirements()}
    installed = [part.path.read_text() for part in parts if part.is_package]
    # Its comments say who asked for a package: a new service would reinstall the others' packages.
    versions = [line for line in LOCK.read_text().splitlines() if not line.lstrip().startswith("#")]
    content = [sorted(asked), installed, versions, sys.version]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def remove_former() -> None:
    """Delete the virtual environments of former packages, unless a process runs in one."""
    current = {folder_of(project) for project in workspace.projects()}
    folders = {path for path in ALL.glob("*") if path.is_dir() and not path.is_symlink()}
    for folder in folders - current:
        if not _is_used(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_used(folder: Path) -> bool:
    import psutil

    commands = (process.info["cmdline"] for process in psutil.process_iter(["cmdline"]))
    return any(str(folder) in word for command in commands for word in command or ())


def ensure(folder: Path, project: str, announce: Announce) -> None:
    """Make a project's virtual environment, unless it is there, whole.

    Raises:
        CommandFailed: the installer failed; the message holds what it said.
    """
    from filelock import FileLock

    if not _is_whole(folder):
        announce(f"installing {project}'s packages")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _is_whole(folder):  # else another stack has made it meanwhile
                _make(folder, project)
                (folder / WHOLE).write_text("\n".join(_parts(folder)))
    _link(folder.parent / project, folder)


def program(project: str, name: str, announce: Announce) -> tuple[Path, dict[str, str]]:
    """Return a program of a project's virtual environment, made if need be, and its PATH variable.

    Raises:
        CommandFailed: the installer failed; the message holds what it said.
    """
    folder = folder_of(project)
    ensure(folder, project, announce)
    programs = folder / "bin"
    return programs / name, {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


def _is_whole(folder: Path) -> bool:
    """Return whether all is there that was installed: somebody may have deleted some of it."""
    try:
        parts = (folder / WHOLE).read_text().splitlines()
    except OSError:
        return False
    return all((folder / part).exists() for part in parts)


def _parts(folder: Path) -> list[str]:
    found = [
        path for pattern in ("bin/*", "lib/*/site-packages/*") for path in folder.glob(pattern)
    ]
    return [str(path.relative_to(folder)) for path in found if path.name != "__pycache__"]


def _make(folder: Path, project: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    run([UV, "venv", "--quiet", "--python", sys.executable, folder], timeout=INSTALL_SECONDS)
    install = [UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", folder]
    parts = workspace.closure(project)
    # The workspace's own packages have no hash: everything else first, with hashes, then they.
    run(
        [
            *(*install, "--require-hashes", "--constraints", LOCK, "--excludes", "-"),
            *(f"--requirements={part.path}" for part in parts),
            *(f"--group={part.path}:{DEV}" for part in parts if DEV in part.groups),
        ],
        stdin="\n".join(workspace.projects()),
        timeout=INSTALL_SECONDS,
    )
    own = [f"--editable={part.folder}" for part in parts if part.is_package]
    if own:
        run([*install, "--no-deps", *own], timeout=INSTALL_SECONDS)


def _link(name: Path, folder: Path) -> None:
    """Give people a path that stays the same."""
    if name.is_symlink() and name.readlink() == Path(folder.name):
        return
    new = folder.parent / f".{name.name}-{folder.name}"
    new.unlink(missing_ok=True)
    new.symlink_to(folder.name)
    new.replace(name)
