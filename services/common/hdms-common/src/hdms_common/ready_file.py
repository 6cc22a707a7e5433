"""READY_FILE, by which a process says that it takes work, and shows that it does some.

Who has made it touches it every BEAT_SECONDS from its main loop, never from a thread of its own:
services/guard.sh kills who no longer does.
"""

import os
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 2


class ReadyFile:
    """The file at a path; without one nothing is done."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @classmethod
    def from_environment(cls) -> "ReadyFile":
        """The file that READY_FILE names, if it does."""
        path = os.environ.get("READY_FILE")
        return cls(Path(path) if path else None)

    def make(self) -> None:
        """Say that this process takes work from now on."""
        if self._path:
            self._path.touch()

    def beat(self) -> None:
        """Show that the main loop goes round; of no effect once the file was removed."""
        if self._path:
            with suppress(FileNotFoundError):
                os.utime(self._path)

    def remove(self) -> None:
        """Say that this process takes no work any more, or cannot."""
        if self._path:
            self._path.unlink(missing_ok=True)
