"""Where people read what a command says; it may go away while the command works."""

import errno
import os
from typing import Any

from rich.console import Console as RichConsole

# A pipe that nobody reads (`| head`), a terminal that was closed.
_GONE = (errno.EPIPE, errno.EIO)


class Console(RichConsole):
    """Rich's console, but that nobody reads on is no reason to stop what is being done."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, or nothing from now on where nobody can read it."""
        try:
            super().print(*objects, **options)
        except OSError as error:
            if error.errno not in _GONE:
                raise
            _discard_what_comes(self.file.fileno())

    def on_broken_pipe(self) -> None:
        """Do as with any other error, where Rich would end the program."""
        raise


def _discard_what_comes(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
