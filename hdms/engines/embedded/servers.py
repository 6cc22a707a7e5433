"""Where the servers' programs are, and of which version."""

import re
import shutil
from functools import cache
from pathlib import Path

from hdms.errors import HdmsError
from hdms.process import run


def on_path(program: str, package: str) -> Path:
    """Return where a program is.

    Args:
        package: Debian's, which has it.

    Raises:
        HdmsError: it is missing.
    """
    # Debian puts daemons into sbin, which is not on an ordinary user's PATH.
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise HdmsError(
            f"{program} was not found on the PATH nor in /usr/sbin",
            f"apt-get install {package}, or let ./scripts/start-infrastructure.sh install it",
        )
    return Path(found)


def described(program: Path, option: str = "--version") -> str:
    """Return a server's version and place, for `inv doctor`."""
    return f"{version_of(program, option)} ({program})"


@cache
def version_of(program: Path, option: str = "--version") -> str:
    """Return a server's version, the first dotted number that it prints when asked."""
    finished = run([program, option], timeout=10)
    printed = finished.stdout or finished.stderr
    number = re.search(r"\d+(\.\d+)+", printed)
    return number.group() if number else printed.strip()
