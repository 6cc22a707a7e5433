"""Measuring ours and the bare driver in turns, so that the machine's noise meets both."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UP = 10


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        unit: of `ours` and `bare`: "us" (microseconds, less is better) or "requests/s".
        bare: None where there is no way to measure it.
        ratio: how many times what the bare driver costs; 1 is the same, more is worse. For
            requests/s it is therefore bare / ours.
        why: what is compared, and what ours does more.
    """

    name: str
    unit: str
    ours: float
    bare: float | None
    ratio: float | None
    why: str


def timed(name: str, ours: float, bare: float | None, why: str) -> Row:
    """A comparison of times in microseconds."""
    ratio = round(ours / bare, 2) if bare else None
    return Row(name, "us", round(ours, 1), round(bare, 1) if bare else None, ratio, why)


def rated(name: str, ours: float, bare: float, why: str) -> Row:
    """A comparison of requests per second."""
    return Row(name, "requests/s", round(ours, 1), round(bare, 1), round(bare / ours, 2), why)


def medians(
    operations: Mapping[str, Callable[[], object]],
    rounds: int,
    repeats: int,
    warm_up: int = WARM_UP,
) -> dict[str, float]:
    """Each operation's median of the rounds' medians, in microseconds.

    Every round runs every operation `repeats` times, one operation after the other.
    """
    for operation in operations.values():
        for _ in range(warm_up):
            operation()
    measured: dict[str, list[float]] = {name: [] for name in operations}
    for _ in range(rounds):
        for name, operation in operations.items():
            measured[name].append(statistics.median(_microseconds(operation, repeats)))
    return {name: statistics.median(found) for name, found in measured.items()}


def _microseconds(operation: Callable[[], object], repeats: int) -> list[float]:
    clock = time.perf_counter_ns
    found = []
    for _ in range(repeats):
        begin = clock()
        operation()
        found.append((clock() - begin) / 1000)
    return found
