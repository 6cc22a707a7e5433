"""Whether a quantity grows, and where that would lead within a day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median

from hdms.catalog import COMPONENTS
from hdms.soak.sampling import MEMORY, OPEN_FILES, Series

Points = list[tuple[float, float]]

DAY_SECONDS = 86_400
# A process fills its caches first.
WARM_UP = 0.3
# What grows steadily does so in each half of the time; this share of it, at least, in each.
LEAST_SHARE = 0.2
# From a shorter time nothing can be said of a day: a few open files would become thousands. A
# process's memory settles after some 6,000 requests (measured), ten minutes of a client's.
LEAST_SECONDS = {MEMORY: 1500.0}
LEAST_SECONDS_OF_OTHERS = 200.0
SLICES = 21

LIMITS = {
    MEMORY: 1024**3,  # what one process may take of a small server
    OPEN_FILES: 1024,  # the usual `ulimit -n`
    **{c.clients.metric: c.clients.limit for c in COMPONENTS if c.clients},
}


@dataclass(frozen=True)
class Growth:
    """What one series says.

    Attributes:
        typical: the median.
        highest: the highest value seen.
        per_hour: growth; 0 if there is no trend, None if the time was too short to say.
        in_a_day: the value after 24 hours at that rate; None if the time was too short.
        limit: what it must stay below.
    """

    subject: str
    metric: str
    typical: float
    highest: float
    per_hour: float | None
    in_a_day: float | None
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the limit is kept, now and, as far as can be said, for 24 hours."""
        return max(self.highest, self.in_a_day or 0) <= self.limit


def growth(series: Series) -> Growth:
    """Return what a series says of the next 24 hours: its longest part without a restart."""
    values = [value for _, value in series.points]
    longest = max(_between_restarts(series), key=lambda part: part[-1][0] - part[0][0])
    per_second: float | None = None
    least = LEAST_SECONDS.get(series.metric, LEAST_SECONDS_OF_OTHERS)
    if longest[-1][0] - longest[0][0] >= least:
        per_second = _slope(_settled(longest))
    return Growth(
        series.subject,
        series.metric,
        typical=median(values),
        highest=max(values),
        per_hour=None if per_second is None else per_second * 3600,
        in_a_day=None if per_second is None else values[-1] + per_second * DAY_SECONDS,
        limit=LIMITS[series.metric],
    )


def _between_restarts(series: Series) -> Iterator[Points]:
    bounds = [-math.inf, *series.restarts, math.inf]
    for begin, end in pairwise(bounds):
        part = [point for point in series.points if begin <= point[0] < end]
        if part:
            yield part


def _settled(points: Points) -> Points:
    """Return the medians of SLICES equal times after the warm-up, which noise hardly moves."""
    begin, end = points[0][0], points[-1][0]
    begin += WARM_UP * (end - begin)
    width = (end - begin) / SLICES
    slices: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        if point[0] >= begin:
            slices.setdefault(min(int((point[0] - begin) / width), SLICES - 1), []).append(point)
    return [(median(x for x, _ in each), median(y for _, y in each)) for each in slices.values()]


def _slope(points: Points) -> float:
    """Return the growth per second, by Theil and Sen's estimator; 0 where there is no trend."""
    third = len(points) // 3
    begin, middle, end = (
        median(y for _, y in part)
        for part in (points[:third], points[third : 2 * third], points[2 * third :])
    )
    # A step, as after a reconnection, grows in one half only.
    if min(middle - begin, end - middle) <= LEAST_SHARE * (end - begin):
        return 0.0
    return median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
