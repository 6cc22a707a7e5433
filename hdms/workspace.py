"""The workspace: the projects of this repository, and one lock of all packages that they ask for.

The lock is in the format that pip reads: unlike `uv.lock`, it names no registry.
"""

import functools
import hashlib
import json
import re
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

from hdms.stack import PROJECT

UV = Path(sysconfig.get_path("scripts")) / "uv"
LOCK = PROJECT / "services" / "requirements.lock"  # where the images' build finds it
RENEW = "nox -s lock"
TOOLKIT = "hdms"
"""The root's project."""
TESTING = "hdms-testing"
"""What tests and benchmarks share: no image holds it, everything that runs on this machine does."""
OLDEST_PYTHON = "3.11"
DEV = "dev"
"""The group of what only the tests and the tools need; each project has its own."""


@dataclass(frozen=True)
class Project:
    """What one `pyproject.toml` asks for.

    Attributes:
        is_package: whether it is installed; else its source is run where it lies.
        groups: name -> the requirements of that dependency group.
    """

    name: str
    folder: Path
    is_package: bool
    dependencies: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]

    def requirements(self, dev: bool = True) -> tuple[str, ...]:
        """Return all that it needs, with what its tests need (`dev`) or without."""
        return (*self.dependencies, *(self.groups.get(DEV, ()) if dev else ()))

    @property
    def path(self) -> Path:
        """Its `pyproject.toml`."""
        return self.folder / "pyproject.toml"


@functools.cache
def projects() -> dict[str, Project]:
    """Return name -> project, for the root and each member of the workspace."""
    workspace = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]
    # A folder without one is what git has left of a service that was removed.
    members = {
        file.parent
        for pattern in workspace["members"]
        for file in PROJECT.glob(f"{pattern}/pyproject.toml")
    }
    members -= {PROJECT / excluded for excluded in workspace["exclude"]}
    found = [_read(folder) for folder in [PROJECT, *sorted(members)]]
    return {project.name: project for project in found}


def _read(folder: Path) -> Project:
    written = tomllib.loads((folder / "pyproject.toml").read_text())
    return Project(
        written["project"]["name"],
        folder,
        written.get("tool", {}).get("uv", {}).get("package", True),
        tuple(written["project"]["dependencies"]),
        {name: tuple(group) for name, group in written.get("dependency-groups", {}).items()},
    )


def closure(name: str, dev: bool = True) -> list[Project]:
    """Return the project of this name, and those it needs, for its tests, too (`dev`), or not."""
    found: dict[str, Project] = {}
    _collect(projects()[name], dev, found)
    return list(found.values())


def _collect(project: Project, dev: bool, found: dict[str, Project]) -> None:
    found[project.name] = project
    for requirement in project.requirements(dev):
        own = projects().get(_name(requirement))
        if own and own.name not in found:
            _collect(own, dev, found)


def packages() -> list[Project]:
    """Return the packages of `services/common`."""
    return [p for p in projects().values() if p.is_package and p.name != TOOLKIT]


def shared(service: str) -> list[Project]:
    """Return the packages of `services/common` that a service runs with."""
    found = [project for project in closure(service, dev=False) if project.is_package]
    return sorted(found, key=lambda project: project.name)


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def lock_command() -> list[str | Path]:
    """Return the command that renews the lock; a version changes only where it must."""
    return [
        UV,
        *("pip", "compile", "--quiet", "--universal", f"--python-version={OLDEST_PYTHON}"),
        *("--generate-hashes", "--no-emit-index-url"),
        *(f"--no-emit-package={name}" for name in projects()),
        f"--custom-compile-command={RENEW}  # {digest()}",
        *(project.path.relative_to(PROJECT) for project in projects().values()),
        *(
            f"--group={project.path.relative_to(PROJECT)}:{group}"
            for project in projects().values()
            for group in project.groups
        ),
        f"--output-file={LOCK.relative_to(PROJECT)}",
    ]


def digest() -> str:
    """Return a digest of all that the projects ask for: the lock's head has that of its making."""
    asked = [[p.name, p.dependencies, p.groups] for p in projects().values()]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
