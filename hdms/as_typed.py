"""The commands in a message, written so that who reads it can type them."""

import re
import shutil
import sys
from pathlib import Path

_COMMAND = re.compile(
    r"(?<![\w/.-])inv (?=[a-z]+[.][a-z]+|migrate|doctor|verify|faults|soak|bench|--)"
)


def as_typed(text: str) -> str:
    """Return a text in which `inv ...` has its path, where a shell would not find it without.

    That is how the scripts call it: nobody has activated `.venv`.
    """
    called = Path(sys.argv[0])
    if called.name != "inv" or shutil.which("inv"):
        return text
    return _COMMAND.sub(f"{called} ", text)
