"""Space on the disk of a stack: asked before something is installed, started or written."""

import shutil
from pathlib import Path

from hdms.errors import HdmsError

LEAST_TO_INSTALL = 2 * 1024**3
LEAST_TO_RUN = 256 * 1024**2
LEAST_TO_WRITE = 16 * 1024**2


def require_space(folder: Path, least: int) -> str:
    """Check that the disk of a folder, or of where it will be, has room; return what was found.

    Raises:
        HdmsError: it has less than `least` bytes.
    """
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    found = f"{_text(free)} free at {folder}"
    if free < least:
        raise HdmsError(
            f"the disk is full: {found}, at least {_text(least)} are needed",
            "free some, or set HDMS_HOME to a folder on another disk",
        )
    return found


def _text(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB" if size >= 1024**3 else f"{size / 1024**2:.0f} MiB"
