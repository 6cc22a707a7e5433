"""What should be running, whatever became of the command that said so: `.hdms/wanted.json`.

It is written before anything is started or stopped. A command that is killed on the way leaves a
difference between this record and what runs, which `inv env.sync` sees and finishes.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hdms.environment.env_file import write_private


class Wanted:
    """The names of one engine's components and processes that should run."""

    def __init__(self, path: Path, engine: str) -> None:
        self._path = path
        self._engine = engine

    def names(self) -> set[str]:
        """Return them; where the record is missing or damaged, nothing is known to be wanted."""
        found = self._read().get(self._engine)
        return (
            {name for name in found if isinstance(name, str)} if isinstance(found, list) else set()
        )

    def add(self, names: Iterable[str]) -> None:
        """Remember that these should run from now on."""
        self._write(self.names() | set(names))

    def remove(self, names: Iterable[str]) -> None:
        """Remember that these need not run any more."""
        self._write(self.names() - set(names))

    @contextmanager
    def starting(self, names: Iterable[str]) -> Iterator[None]:
        """Remember these before they are started, and take it back where that fails."""
        before = self.names()
        self.add(names)
        try:
            yield
        except BaseException:
            self._write(before)
            raise

    def _read(self) -> dict[str, object]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, names: set[str]) -> None:
        if names != self.names():
            content = {**self._read(), self._engine: sorted(names)}
            write_private(self._path, json.dumps(content, indent=1, sort_keys=True) + "\n")
