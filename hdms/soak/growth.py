"""Whether a quantity grows, and where that would lead within a day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, linear_regression, median

from hdms.soak.sampling import MEMORY, OPEN_FILES, PGBOUNCER, POSTGRESQL, REDIS, Series

DAY_SECONDS = 86_400
# A process fills its caches first.
WARM_UP = 0.3
# A slope is taken for real from this value of Student's t on: chance gives it once in 300 series.
SIGNIFICANT_T = 3.0
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
        per_hour: growth; 0 if none is significant, None if the time was too short to say.
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
    """Return the growth per second; 0 unless it is significant, and upwards."""
    times, values = zip(*points, strict=True)
    try:
        r = correlation(times, values)
    except StatisticsError:  # constant
        return 0.0
    t = r * math.sqrt((len(points) - 2) / max(1 - r * r, 1e-12))
    slope: float = linear_regression(times, values).slope
    return slope if t > SIGNIFICANT_T else 0.0
