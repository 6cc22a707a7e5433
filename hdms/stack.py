"""Where a stack keeps its things: the sources it runs, its `.env` files, its state."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from hdms.errors import InvalidInput

PROJECT = Path(__file__).resolve().parent.parent
CONFIG = PROJECT / "config"
HOME_VARIABLE = "HDMS_HOME"


@dataclass(frozen=True)
class Stack:
    """The folders of one stack.

    Attributes:
        home: holds the `.env` files (`.env`, `services/*/.env`) and the state (`.hdms/`).
            The project itself, unless a second stack runs beside it.
    """

    home: Path

    @classmethod
    def chosen(cls) -> "Stack":
        """Return the stack that `HDMS_HOME` names, else the project's own.

        Raises:
            InvalidInput: it is no path.
        """
        home = Path(os.environ.get(HOME_VARIABLE) or PROJECT)
        try:
            return cls(home.expanduser().resolve())
        except (RuntimeError, ValueError) as error:
            raise InvalidInput(f"{HOME_VARIABLE}={home}: {error}") from error

    @property
    def state(self) -> Path:
        """Everything that running it leaves behind; deleting it deletes the data."""
        return self.home / ".hdms"

    @property
    def mark(self) -> str:
        """A name that no other stack of this machine has, e.g. `hdms-0123456789ab`."""
        return f"hdms-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"

    @property
    def root_env(self) -> Path:
        """The `.env` file that an operator edits."""
        return self.home / ".env"

    def service_env(self, service: str) -> Path:
        """Return the `.env` file of a service."""
        return self.home / "services" / service / ".env"

    def display(self, path: Path) -> str:
        """Return `path` as a person in the home folder would type it."""
        return str(path.relative_to(self.home)) if path.is_relative_to(self.home) else str(path)
