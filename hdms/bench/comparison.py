"""Two runs side by side, by their ratios: times differ from machine to machine."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hdms.bench.result import Bench

WORSE = 1.25
ATTEMPTS = 3


@dataclass(frozen=True)
class Change:
    """A row's ratio then and now; None where that run did not measure it."""

    name: str
    before: float | None
    now: float | None

    @property
    def worse(self) -> bool:
        """Whether ours now costs more than WORSE times what it did, beside the bare driver."""
        return bool(self.before and self.now and self.now > self.before * WORSE)


def compare(before: Bench, now: Bench) -> list[Change]:
    """Return the rows of the present run, and those of the earlier one that it lacks.

    Of the kinds that the present one has measured.
    """
    then = {row.name: row.ratio for row in before.rows}
    changes = [Change(row.name, then.pop(row.name, None), row.ratio) for row in now.rows]
    kinds = {_kind(row.name) for row in now.rows}
    return changes + [Change(name, r, None) for name, r in then.items() if _kind(name) in kinds]


def compare_calmly(before: Bench, now: Bench, measure: Callable[[list[str]], Bench]) -> Bench:
    """Return `now`, with what seems worse measured again and each row's best ratio kept.

    A busy machine makes the slower of two worse by more than WORSE for a while; a change of ours
    makes it so every time.

    Args:
        measure: measures some kinds again.
    """
    for _ in range(ATTEMPTS - 1):
        worse = [change.name for change in compare(before, now) if change.worse]
        if not worse:
            break
        again = measure(list(dict.fromkeys(_kind(name) for name in worse)))
        better = {r.name: r for r in again.rows if r.ratio is not None}
        rows = [
            min(row, better.get(row.name, row), key=lambda r: r.ratio or 0.0) for row in now.rows
        ]
        now = replace(now, rows=tuple(rows))
    return now


def _kind(name: str) -> str:
    return name.partition(",")[0]  # what a row's name begins with
