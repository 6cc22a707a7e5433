"""Fault after fault under load, and what became of it."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from hdms.catalog import WEB_SERVICES, component_names, process_names
from hdms.checks.result import CheckFailed
from hdms.checks.services import health
from hdms.checks.suite import prove_components
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, TimedOut
from hdms.faults.incident import RECOVERY_LIMIT_SECONDS, Incident, seen_by, strays
from hdms.faults.kinds import KINDS, Chosen, is_new
from hdms.load.steady import Load, steady_load
from hdms.wait import wait_until
from hdms.whole import require_whole

# Longer than a service may take to notice that it was another Redis: a chat asks once a second.
CALM_SECONDS = 2.0
BACK_SECONDS = 60.0
ALL_BACK_SECONDS = 180.0
# spec 001 SC-001: services connect within 10 seconds of their start.
START_LIMIT_SECONDS = 10.0
# Our own aim.
GOOD_RECOVERY_SECONDS = 2.0


@dataclass(frozen=True)
class Campaign:
    """All faults, and what became of the acknowledged work.

    Attributes:
        engine: the engine's name.
        mark: what all that was written, and stays, begins with.
        acknowledged: stream -> writes that were confirmed to it.
        lost: stream -> those of them that are not stored, or whose task never ran.
        strays: stream -> the errors of requests that failed though nothing was broken.
        not_shown: the faults that were left out, and why; a sentence each.
    """

    engine: str
    mark: str
    incidents: list[Incident]
    acknowledged: dict[str, int]
    lost: dict[str, list[str]]
    strays: dict[str, list[str]]
    not_shown: list[str] = field(default_factory=list)

    @property
    def late(self) -> list[Incident]:
        """The faults from which some client took longer to recover than we aim at."""
        return [i for i in self.incidents if i.recovered > GOOD_RECOVERY_SECONDS]

    @property
    def failures(self) -> list[str]:
        """What was not as specified, a sentence each."""
        late = [
            f"{i.part}: {i.fault}: recovered after {i.recovered:.2f} s; at most "
            f"{RECOVERY_LIMIT_SECONDS:g} s are allowed (spec 001 SC-006)"
            for i in self.incidents
            if not i.in_time
        ]
        slow = [
            f"{i.part}: {i.fault}: missed for {i.missed:.2f} s; at most "
            f"{START_LIMIT_SECONDS:g} s are allowed (spec 001 SC-001)"
            for i in self.incidents
            if i.part in process_names()
            and i.fault in ("restart", "kill")
            and i.missed > START_LIMIT_SECONDS
        ]
        failed = [
            f"{i.part}: {i.fault}: {m.failed} requests of {m.stream} failed: {m.error}"
            for i in self.incidents
            if i.fault == "update"
            for m in i.measured
            # An open WebSocket is asked to come back, which is no failure (RFC 6455, 1012).
            if m.failed and "1012" not in m.error
        ]
        lost = [
            f"{name}: {len(writes)} writes lost" for name, writes in self.lost.items() if writes
        ]
        astray = [
            f"{name}: {len(errors)} requests failed though nothing was broken: {errors[0]}"
            for name, errors in self.strays.items()
            if errors
        ]
        return [*late, *slow, *failed, *lost, *astray]

    @property
    def passed(self) -> bool:
        """Whether all was as specified."""
        return not self.failures

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "passed": self.passed,
            "failures": self.failures,
            "over_2_seconds": [f"{i.part}: {i.fault}, {i.recovered} s" for i in self.late],
            **asdict(self),
        }


def run(
    engine: Engine,
    environment: Environment,
    chosen: Chosen,
    announce: Announce,
) -> Campaign:
    """Inject faults one after the other, and measure.

    Raises:
        InvalidInput: the stack is in production.
        HdmsError: a part of the stack does not run, or did not come back.
    """
    require_whole(engine, environment, "inv faults")
    incidents = []
    with steady_load(engine, environment) as load:
        wait_calm(load, time.monotonic())
        for number, (part, kind) in enumerate(chosen.faults, 1):
            announce(f"{number} of {len(chosen.faults)}, {part}: {kind}")
            incidents.append(inject(engine, environment, part, kind, load))
    announce("looking for every acknowledged write")
    acknowledged = {s.name: len(s.acknowledged) for s in load.streams if s.acknowledged}
    lost = load.lost(engine, environment)
    astray = {stream.name: strays(stream, incidents) for stream in load.streams}
    return Campaign(engine.name, load.mark, incidents, acknowledged, lost, astray, chosen.left_out)


def inject(engine: Engine, environment: Environment, part: str, kind: str, load: Load) -> Incident:
    """Break one part, wait until all clients are answered again, and return what they saw.

    Raises:
        TimedOut: the part, or an answer, did not come back in time.
    """
    own = next((f for f in engine.own_faults() if (f.part, f.kind) == (part, kind)), None)
    begin = time.monotonic()
    if own:
        own.inject(environment)
        _wait_all_back(engine, environment)
    else:
        KINDS[kind](engine, environment, part)
        wait_until(
            lambda: (
                (kind != "kill" or is_new(engine, part, begin))
                and _is_back(engine, environment, part)
            ),
            f"{part} to be back after {kind}",
            BACK_SECONDS,
        )
    back = time.monotonic()
    wait_calm(load, back)
    measured = tuple(seen_by(stream, begin, back) for stream in load.streams)
    away, lasted = round(back - begin, 2), round(time.monotonic() - begin, 2)
    return Incident(begin, part, kind, away, lasted, measured)


def _wait_all_back(engine: Engine, environment: Environment) -> None:
    def away() -> list[str]:
        stopped = {*component_names(), *process_names()} - engine.running()
        return sorted(stopped) or [
            name
            for name in [*component_names(), *process_names()]
            if not _is_back(engine, environment, name)
        ]

    try:
        wait_until(lambda: not away(), "all to be back", ALL_BACK_SECONDS)
    except TimedOut as late:
        raise TimedOut(f"{late.message}; away: {', '.join(away())}", "inv env.sync") from None


def _is_back(engine: Engine, environment: Environment, part: str) -> bool:
    if part in component_names():
        return all(result.passed for result in prove_components(engine, environment))
    if part not in engine.running():
        return False
    if part not in {service.name for service in WEB_SERVICES}:
        return engine.is_ready(environment, part)  # a worker has no address
    try:
        health(engine.address(environment, part), "/health/live", part)
    except (CheckFailed, HdmsError):
        return False
    return True


def wait_calm(load: Load, since: float) -> None:
    """Wait until every client has been answered well for CALM_SECONDS after `since`.

    Raises:
        TimedOut: that was not so within BACK_SECONDS.
    """

    def calm() -> bool:
        now = time.monotonic()
        return now - since > CALM_SECONDS and all(
            (recent := [s for s in stream.seen[-100:] if s.end > now - CALM_SECONDS])
            and recent[-1].begin > since
            and not any(s.error for s in recent)
            for stream in load.streams
        )

    try:
        wait_until(calm, "all clients to be answered again", BACK_SECONDS, pause=0.1)
    except TimedOut as late:
        last = {s.name: s.seen[-1].error if s.seen else "" for s in load.streams}
        failing = "; ".join(f"{name}: {error}" for name, error in last.items() if error)
        raise TimedOut(f"{late.message}; last: {failing or 'slow answers'}") from None
