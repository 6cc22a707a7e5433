"""A run of measurements as tables for people, or as data for machines."""

from collections.abc import Sequence
from typing import Any

from hdms.bench.comparison import Change
from hdms.bench.result import Bench
from hdms.report import print_table, say


def print_bench(bench: Bench, changes: Sequence[Change]) -> None:
    """Print what ours and the bare driver cost, why, and what changed since an earlier run."""
    units = {"us": "µs", "requests/s": "/s"}

    def cell(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:,.0f} {units.get(unit, unit)}"

    print_table(
        ("", "ours", "bare", "ratio"),
        [(r.name, cell(r.ours, r.unit), cell(r.bare, r.unit), _ratio(r.ratio)) for r in bench.rows],
    )
    say("\nA ratio is what ours costs, in the bare driver's cost: 1 is the same, more is worse.")
    for why in dict.fromkeys(r.why for r in bench.rows):
        say(f"{'; '.join(r.name for r in bench.rows if r.why == why)}:\n  {why}.")
    if changes:
        say("")
        print_table(
            ("ratio", "before", "now", ""),
            [
                (c.name, _ratio(c.before), _ratio(c.now), "FAIL: worse" if c.worse else "")
                for c in changes
            ],
        )


def as_json(bench: Bench, changes: Sequence[Change]) -> dict[str, Any]:
    """Return a run for `--json`, with what changed where it was compared."""
    compared = {"changes": [{**c.__dict__, "worse": c.worse} for c in changes]}
    return bench.as_dict() | (compared if changes else {})


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
