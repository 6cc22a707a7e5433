"""The soak itself."""

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import quantiles
from typing import Any

from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import InvalidInput
from hdms.faults.campaign import inject, wait_calm
from hdms.faults.incident import Incident, strays
from hdms.faults.kinds import faults
from hdms.load.steady import Load, steady_load
from hdms.load.stream import Stream
from hdms.soak.growth import Growth, growth
from hdms.soak.sampling import Series, sampling
from hdms.whole import require_whole

NEWS_SECONDS = 30.0
LEAST_MINUTES = 0.1
LEAST_SECONDS = 5.0  # from one fault to the next


@dataclass(frozen=True)
class Latency:
    """One client's requests; times in milliseconds.

    Attributes:
        failed: how many were not answered as they should.
        strays: how many of these though nothing was broken.
    """

    stream: str
    requests: int
    failed: int
    strays: int
    p50: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True)
class Soak:
    """What a soak has shown.

    Attributes:
        seconds: how long the load lasted.
        lost: stream -> acknowledged writes that are not stored.
    """

    engine: str
    seconds: float
    latencies: list[Latency]
    acknowledged: dict[str, int]
    lost: dict[str, list[str]]
    growths: list[Growth]
    incidents: list[Incident]
    series: list[Series]

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, every limit holds, and nothing failed but for the faults."""
        answered = not any(each.strays for each in self.latencies)
        in_time = all(i.in_time for i in self.incidents)
        holds = all(each.holds for each in self.growths)
        return answered and in_time and holds and not any(self.lost.values())

    @property
    def judged(self) -> bool:
        """Whether it lasted long enough to say something of 24 hours."""
        return any(each.in_a_day is not None for each in self.growths)

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {"passed": self.passed, "judged": self.judged, **asdict(self)}


def positive(option: str, text: str, least: float) -> float:
    """Return the number that an option was given.

    Raises:
        InvalidInput: it is none, or below `least`, or has no end.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number < math.inf:
        raise InvalidInput(f"{option} {text}: expected a number, {least:g} or more")
    return number


def run(
    engine: Engine,
    environment: Environment,
    minutes: float,
    fault_every: float | None,
    announce: Announce,
) -> Soak:
    """Put a steady load on the stack and watch it.

    Args:
        fault_every: seconds from one fault to the next; None: no faults.

    Raises:
        InvalidInput: the stack is in production.
        HdmsError: a part of the stack does not run, or did not come back after a fault.
    """
    require_whole(engine, environment, "inv soak")
    begin = time.monotonic()
    end = begin + minutes * 60
    incidents = []
    with steady_load(engine, environment) as load, sampling(engine, environment) as samples:
        wait_calm(load, begin)
        to_come = itertools.cycle(_mixed())
        next_fault = begin + fault_every if fault_every else end
        news = begin + NEWS_SECONDS
        while (now := time.monotonic()) < end:
            if now >= next_fault:
                part, kind = next(to_come)
                announce(f"{part}: {kind}")
                incidents.append(inject(engine, environment, part, kind, load))
                next_fault += fault_every or 0
            if now >= news:
                announce(f"{(now - begin) / 60:.1f} of {minutes:g} minutes, {_so_far(load)}")
                news += NEWS_SECONDS
            time.sleep(max(0.0, min(end, next_fault, news) - time.monotonic()))
    announce("looking for every acknowledged write")
    return Soak(
        engine.name,
        round(end - begin, 1),
        [_latency(stream, incidents) for stream in load.streams],
        {s.name: len(s.acknowledged) for s in load.streams if s.acknowledged},
        load.lost(engine, environment),
        [growth(series) for series in samples.series],
        incidents,
        samples.series,
    )


def _mixed() -> list[tuple[str, str]]:
    """Return all faults, parts and kinds mixed, in an order that is always the same."""
    mixed = faults()
    Random(0).shuffle(mixed)  # noqa: S311 - no secret
    return mixed


def _so_far(load: Load) -> str:
    failed = sum(bool(s.error) for stream in load.streams for s in stream.seen)
    return f"{sum(len(s.seen) for s in load.streams)} requests, {failed} failed"


def _latency(stream: Stream, incidents: Sequence[Incident]) -> Latency:
    times = [(s.end - s.begin) * 1000 for s in stream.seen]
    cuts = quantiles(times, n=100)
    return Latency(
        stream.name,
        len(times),
        sum(bool(s.error) for s in stream.seen),
        len(strays(stream, incidents)),
        *(round(value, 1) for value in (cuts[49], cuts[94], cuts[98], max(times))),
    )
