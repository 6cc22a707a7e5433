"""A copy of the checkout, in which a test may change files and give commands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdms.disposable import passable_folder
from hdms.stack import PROJECT


class Checkout:
    """A copy of this checkout's files, as git lists them, committed to a repository of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in self._git(PROJECT, "ls-files", "-co", "--exclude-standard").splitlines():
            if (PROJECT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / name, folder / name)
        account = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        self._git(folder, "init", "--quiet")
        self._git(folder, "add", "--all")
        self._git(folder, *account, "commit", "--quiet", "--message=as it is")

    def status(self) -> list[str]:
        """Return what git says was changed, a line each."""
        return self._git(self.folder, "status", "--short").splitlines()

    def inv(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give a command to the copy's own toolkit."""
        return self.python("-m", "invoke", *words)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run this Python with the copy's modules instead of the checkout's."""
        variables = {name: value for name, value in os.environ.items() if name != "HDMS_HOME"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**variables, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str) -> str:
        """Give a command that has to succeed; return what it printed."""
        ended = self.inv(*words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @staticmethod
    def _git(folder: Path, *arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def copied() -> Iterator[Checkout]:
    """Make a copy; delete it at the end."""
    with passable_folder() as folder:
        yield Checkout(folder)
