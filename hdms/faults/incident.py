"""What each client saw of one fault."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from hdms.load.stream import Seen, Stream

SLOW_SECONDS = 1.0
# spec 001 SC-006: services reconnect within 5 seconds.
RECOVERY_LIMIT_SECONDS = 5.0
# Between two requests of a client is a pause: what it saw before and after is one span.
GAP_SECONDS = 0.3


class Span(NamedTuple):
    """A time in which a client's requests failed, or took SLOW_SECONDS or more.

    Attributes:
        state: "failed" or "slow".
        begin: seconds since the fault.
        end: seconds since the fault.
    """

    state: str
    begin: float
    end: float


@dataclass(frozen=True)
class Measured:
    """What one client saw of one fault.

    Attributes:
        stream: the client, e.g. "user-service" or "chat".
        noticed: seconds from the fault to the first request that failed; None if none did.
        failed: requests that failed.
        longest: seconds of the longest request.
        recovered: seconds from the part's return to the first request that succeeded for good;
            0 if none failed or waited after it.
        error: the first failure, in the client's words.
        spans: when it failed or waited.
    """

    stream: str
    noticed: float | None
    failed: int
    longest: float
    recovered: float
    error: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Incident:
    """One fault.

    Attributes:
        began: when, in seconds (monotonic).
        part: the component or process that was broken.
        fault: how, e.g. "kill".
        away: seconds until the part was back.
        seconds: until every client had been answered well for a while.
    """

    began: float
    part: str
    fault: str
    away: float
    seconds: float
    measured: tuple[Measured, ...]

    @property
    def missed(self) -> float:
        """For how many seconds clients missed the part; 0 if none did.

        Not `away`: before a restart its image may be built, while the old one serves.
        """
        noticed = [m.noticed for m in self.measured if m.noticed is not None]
        return max(0.0, self.away - min(noticed)) if noticed else 0.0

    @property
    def recovered(self) -> float:
        """The slowest client's recovery, in seconds from the part's return."""
        return max(m.recovered for m in self.measured)

    @property
    def in_time(self) -> bool:
        """Whether every client was answered again within the specified time."""
        return self.recovered <= RECOVERY_LIMIT_SECONDS


def strays(stream: Stream, incidents: Sequence[Incident]) -> list[str]:
    """Return the errors of the requests that failed though nothing was broken."""
    return [
        s.error
        for s in stream.seen
        if s.error
        and not any(i.began <= s.end and s.begin <= i.began + i.seconds for i in incidents)
    ]


def seen_by(stream: Stream, begin: float, back: float) -> Measured:
    """Return what a client saw of a fault that began and was over at these times."""
    seen = [s for s in stream.seen if s.end >= begin]
    failures = [s for s in seen if s.error]
    # A request that began before the return and ended after it waited for the recovery, too; as
    # did a slow one, since what was killed counts as back before it serves again.
    waited = [s.end for s in seen if s.error or s.begin < back < s.end or _state(s)]
    return Measured(
        stream.name,
        noticed=round(failures[0].end - begin, 2) if failures else None,
        failed=len(failures),
        longest=round(max((s.end - s.begin for s in seen), default=0), 2),
        recovered=round(max([back, *waited]) - back, 2),
        error=failures[0].error if failures else "",
        spans=_spans(seen, begin),
    )


def _spans(seen: Sequence[Seen], origin: float) -> tuple[Span, ...]:
    marked = [Span(_state(s), s.begin - origin, s.end - origin) for s in seen]
    merged: list[Span] = []
    for before, span in pairwise([Span("", 0, 0), *marked]):
        if not span.state:
            continue
        if span.state == before.state and span.begin - before.end < GAP_SECONDS:
            span = Span(span.state, merged.pop().begin, span.end)
        merged.append(span)
    return tuple(Span(s.state, round(s.begin, 2), round(s.end, 2)) for s in merged)


def _state(seen: Seen) -> str:
    if seen.error:
        return "failed"
    return "slow" if seen.end - seen.begin >= SLOW_SECONDS else ""
