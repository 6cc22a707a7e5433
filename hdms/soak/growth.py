"""Whether a quantity grows, and where that would lead within a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from hdms.soak.sampling import MEMORY, OPEN_FILES, PGBOUNCER, POSTGRESQL, REDIS, Series

DAY_SECONDS = 86_400
# A process fills its caches first.
WARM_UP = 0.3
# Growth is taken for a trend from this value of Kendall's tau on; a single step has 0.5 at most.
TREND_TAU = 0.6
# From a shorter time nothing can be said of a day: a page of memory would become gigabytes.
LEAST_SECONDS = 240.0
LEAST_POINTS = 20

LIMITS = {
    MEMORY: 1024**3,  # what one process may take of a small server
    OPEN_FILES: 1024,  # the usual `ulimit -n`
    POSTGRESQL: 85,  # max_db_connections in config/pgbouncer
    PGBOUNCER: 500,  # the default PGBOUNCER_MAX_CLIENT_CONN
    REDIS: 10_000,  # Redis' own maxclients
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
    """Return what a series says of the next 24 hours."""
    values = [value for _, value in series.points]
    begin, end = series.points[0][0], series.points[-1][0]
    settled = [p for p in series.points if p[0] >= begin + WARM_UP * (end - begin)]
    per_second: float | None = None
    if end - begin >= LEAST_SECONDS and len(settled) >= LEAST_POINTS:
        per_second = _slope(settled)
    return Growth(
        series.subject,
        series.metric,
        typical=median(values),
        highest=max(values),
        per_hour=None if per_second is None else per_second * 3600,
        in_a_day=None if per_second is None else values[-1] + per_second * DAY_SECONDS,
        limit=LIMITS[series.metric],
    )


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the growth per second, by Theil and Sen's estimator; 0 where there is no trend.

    A line of least squares takes one step, as after a restart, for a leak.
    """
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2)]
    # Kendall's tau: 1 where each value is above all before it, 0 where up and down are alike.
    tau = (sum(s > 0 for s in slopes) - sum(s < 0 for s in slopes)) / len(slopes)
    return median(slopes) if tau >= TREND_TAU else 0.0
