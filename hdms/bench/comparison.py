"""Two runs side by side, by their ratios: times differ from machine to machine."""

from dataclasses import dataclass

from hdms.bench.result import Bench

# Twice the spread of repeated runs on a shared machine with two cores.
WORSE = 1.25


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
    """Return every row of either run, the present one's first."""
    then = {row.name: row.ratio for row in before.rows}
    changes = [Change(row.name, then.pop(row.name, None), row.ratio) for row in now.rows]
    return changes + [Change(name, ratio, None) for name, ratio in then.items()]
