"""The name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

LEAST_LIKENESS = 0.7


def nearest(written: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like what was written, None where none is."""
    return next(iter(get_close_matches(written, list(known), 1, LEAST_LIKENESS)), None)
