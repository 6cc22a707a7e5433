"""Deletes content that no row names: its upload was interrupted by a crash."""

import time
from pathlib import Path

from django.conf import settings

from apps.files.models import StoredFile

HOUR = 3600.0  # seconds
YOUNGEST = 1 * HOUR  # else its row may be on the way
# Older files were seen by earlier sweeps: with a wrong or an emptied database, nothing is lost.
OLDEST = 48 * HOUR

HEX = "[0-9a-f]"
CONTENT = f"{HEX * 2}/{HEX * 32}"  # see apps.files.models.content_path
ROWS_AT_ONCE = 500


def sweep() -> int:
    """Delete what was left behind; how many files that were."""
    root = Path(settings.MEDIA_ROOT)
    now = time.time()
    of_age = [path for path in root.glob(CONTENT) if YOUNGEST < now - path.stat().st_mtime < OLDEST]
    swept = 0
    for start in range(0, len(of_age), ROWS_AT_ONCE):
        paths = of_age[start : start + ROWS_AT_ONCE]
        names = {path.relative_to(root).as_posix(): path for path in paths}
        known = StoredFile.objects.filter(content__in=names).values_list("content", flat=True)
        for name in names.keys() - set(known):
            names[name].unlink(missing_ok=True)
            swept += 1
    return swept
