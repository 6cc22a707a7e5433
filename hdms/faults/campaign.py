"""Fault after fault under load, and what became of it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hdms.catalog import WEB_SERVICES, component_names, process_names
from hdms.checks.result import CheckFailed
from hdms.checks.services import health
from hdms.checks.suite import prove_components
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, TimedOut
from hdms.faults.incident import RECOVERY_LIMIT_SECONDS, Incident, seen_by, strays
from hdms.faults.kinds import KINDS
from hdms.load.steady import Load, steady_load
from hdms.wait import wait_until
from hdms.whole import require_whole

# Longer than a service may take to notice that it was another Redis: a chat asks once a second.
CALM_SECONDS = 2.0
BACK_SECONDS = 60.0
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
    """

    engine: str
    mark: str
    incidents: list[Incident]
    acknowledged: dict[str, int]
    lost: dict[str, list[str]]
    strays: dict[str, list[str]]

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
        lost = [
            f"{name}: {len(writes)} writes lost" for name, writes in self.lost.items() if writes
        ]
        astray = [
            f"{name}: {len(errors)} requests failed though nothing was broken: {errors[0]}"
            for name, errors in self.strays.items()
            if errors
        ]
        return [*late, *slow, *lost, *astray]

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
    faults: Sequence[tuple[str, str]],
    announce: Announce,
) -> Campaign:
    """Inject faults, pairs of a part and a kind, one after the other, and measure.

    Raises:
        InvalidInput: the stack is in production.
        HdmsError: a part of the stack does not run, or did not come back.
    """
    require_whole(engine, environment, "inv faults")
    incidents = []
    with steady_load(engine, environment) as load:
        wait_calm(load, time.monotonic())
        for number, (part, kind) in enumerate(faults, 1):
            announce(f"{number} of {len(faults)}, {part}: {kind}")
            incidents.append(inject(engine, environment, part, kind, load))
    announce("looking for every acknowledged write")
    acknowledged = {s.name: len(s.acknowledged) for s in load.streams if s.acknowledged}
    lost = load.lost(engine, environment)
    astray = {stream.name: strays(stream, incidents) for stream in load.streams}
    return Campaign(engine.name, load.mark, incidents, acknowledged, lost, astray)


def inject(engine: Engine, environment: Environment, part: str, kind: str, load: Load) -> Incident:
    """Break one part, wait until all clients are answered again, and return what they saw.

    Raises:
        TimedOut: the part, or an answer, did not come back within BACK_SECONDS.
    """
    begin = time.monotonic()
    KINDS[kind](engine, environment, part)
    wait_until(
        lambda: (
            (kind != "kill" or _is_new(engine, part, begin)) and _is_back(engine, environment, part)
        ),
        f"{part} to be back after {kind}",
        BACK_SECONDS,
    )
    back = time.monotonic()
    wait_calm(load, back)
    measured = tuple(seen_by(stream, begin, back) for stream in load.streams)
    away, lasted = round(back - begin, 2), round(time.monotonic() - begin, 2)
    return Incident(begin, part, kind, away, lasted, measured)


def _is_new(engine: Engine, part: str, since: float) -> bool:
    """Return whether a part was started after `since`: not what a killed one left running."""
    (unit,) = (unit for unit in engine.status() if unit.name == part)
    # Engines count whole seconds.
    return unit.state == "running" and unit.uptime <= time.monotonic() - since + 1


def _is_back(engine: Engine, environment: Environment, part: str) -> bool:
    if part in component_names():
        return all(result.passed for result in prove_components(engine, environment))
    if part not in engine.running():
        return False
    if part not in {service.name for service in WEB_SERVICES}:
        return True  # a worker has no address: its clients tell
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
