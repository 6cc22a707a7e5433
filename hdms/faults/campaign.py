"""Fault after fault under load, and what each service's client saw of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hdms import connections
from hdms.catalog import component_names, process_names
from hdms.checks.suite import prove_components
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput
from hdms.faults.load import Load, Stream, steady_load
from hdms.wait import wait_until

KINDS = ("restart", "stop", "kill", "pause")
ABSENCE_SECONDS = 3.0
CALM_SECONDS = 1.0
BACK_SECONDS = 60.0
# spec 001 SC-006: services reconnect within 5 seconds.
RECOVERY_LIMIT_SECONDS = 5.0


@dataclass(frozen=True)
class Measured:
    """What one service's client saw of one fault.

    Attributes:
        noticed: seconds from the fault to the first request that failed; None if none did.
        failed: requests that failed.
        longest: seconds of the longest request.
        recovered: seconds from the component's return to the first request that succeeded for
            good; 0 if none failed or waited after it.
    """

    component: str
    fault: str
    service: str
    noticed: float | None
    failed: int
    longest: float
    recovered: float


@dataclass(frozen=True)
class Campaign:
    """All faults' measurements, and what became of the acknowledged work.

    Attributes:
        acknowledged: writes that a service answered with 201, by service.
        lost: those of them that the database does not hold, or whose task never ran.
    """

    measured: list[Measured]
    acknowledged: dict[str, int]
    lost: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether nothing was lost and every service recovered in time (spec 001 SC-006)."""
        in_time = all(m.recovered <= RECOVERY_LIMIT_SECONDS for m in self.measured)
        return in_time and not any(self.lost.values())

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {"passed": self.passed, **asdict(self)}


def require_kind(name: str) -> str:
    """Return `name` if it is a kind of fault.

    Raises:
        InvalidInput: it is none.
    """
    if name not in KINDS:
        raise InvalidInput(f"there is no fault {name!r}", f"expected one of: {', '.join(KINDS)}")
    return name


def run(
    engine: Engine,
    environment: Environment,
    components: Sequence[str],
    kinds: Sequence[str],
    announce: Announce,
) -> Campaign:
    """Inject each kind of fault into each component and measure.

    Raises:
        InvalidInput: the stack is in production.
        HdmsError: a part of the stack does not run, or a component did not come back.
    """
    if environment.in_production:
        raise InvalidInput("faults are for development stacks, and this one is in production")
    missing = {*component_names(), *process_names()} - engine.running()
    if missing:
        raise HdmsError(
            f"everything must run before it is broken, but not {', '.join(sorted(missing))}",
            "inv infra.up, inv migrate --all, inv services.up",
        )
    measured = []
    with steady_load(engine, environment) as load:
        _wait_calm(load, time.monotonic())
        for component in components:
            for kind in kinds:
                announce(f"{component}: {kind}")
                measured += _measure(engine, environment, component, kind, load)
    acknowledged = {s.service: s.acknowledged for s in load.streams if s.acknowledged}
    return Campaign(measured, acknowledged, _lost(engine, environment, load))


def _measure(
    engine: Engine, environment: Environment, component: str, kind: str, load: Load
) -> list[Measured]:
    begin = time.monotonic()
    _INJECT[kind](engine, environment, component)
    wait_until(
        lambda: all(result.passed for result in prove_components(engine, environment)),
        f"{component} to be back after {kind}",
        BACK_SECONDS,
    )
    back = time.monotonic()
    _wait_calm(load, back)
    return [seen_by(stream, component, kind, begin, back) for stream in load.streams]


def seen_by(stream: Stream, component: str, kind: str, begin: float, back: float) -> Measured:
    """Return what a client saw of a fault that began and was over at these times."""
    seen = [s for s in stream.seen if s.end >= begin]
    failures = [s for s in seen if s.error]
    # A request that began before the return and ended after it waited for the recovery, too.
    waited = [s.end for s in seen if s.error or s.begin < back < s.end]
    return Measured(
        component,
        kind,
        stream.service,
        noticed=round(failures[0].end - begin, 2) if failures else None,
        failed=len(failures),
        longest=round(max(s.end - s.begin for s in seen), 2),
        recovered=round(max([back, *waited]) - back, 2),
    )


def _wait_calm(load: Load, since: float) -> None:
    """Wait until every client has been answered well for a while."""

    def calm() -> bool:
        now = time.monotonic()
        return all(
            (recent := [s for s in stream.seen[-200:] if s.end > max(since, now - CALM_SECONDS)])
            and not any(s.error for s in recent)
            and now - since > CALM_SECONDS
            for stream in load.streams
        )

    wait_until(calm, "the services to answer again", BACK_SECONDS, pause=0.1)


def _lost(engine: Engine, environment: Environment, load: Load) -> dict[str, int]:
    """Return service -> acknowledged writes of which the database knows nothing."""
    tickets = "SELECT count(*) FROM ticket_service.tickets_ticket WHERE subject LIKE %s"
    files = (
        "SELECT count(*) FROM file_service.files_storedfile "
        "WHERE name LIKE %s AND status = 'available'"
    )

    def stored(query: str) -> int:
        with connections.database(environment, engine.address(environment, "pgbouncer")) as db:
            row = db.execute(query, (f"{load.mark}%",)).fetchone()
        return int(row[0]) if row else 0

    acknowledged = {stream.service: stream.acknowledged for stream in load.streams}
    # The worker may still be busy with the last ones.
    enough = acknowledged["file-service"]
    wait_until(lambda: stored(files) >= enough or _given_up(load), "tasks", BACK_SECONDS, pause=0.2)
    return {
        "ticket-service": max(0, acknowledged["ticket-service"] - stored(tickets)),
        "file-service": max(0, enough - stored(files)),
    }


def _given_up(load: Load) -> bool:
    last = max(s.end for stream in load.streams for s in stream.seen)
    return time.monotonic() - last > BACK_SECONDS / 2


def _silent(_line: str) -> None:
    pass


def _stop(engine: Engine, environment: Environment, component: str) -> None:
    engine.down([component], _silent)
    time.sleep(ABSENCE_SECONDS)  # the absence is the fault, not a wait for something
    engine.up(environment, [component], _silent)


def _pause(engine: Engine, _environment: Environment, component: str) -> None:
    engine.freeze(component)
    try:
        time.sleep(ABSENCE_SECONDS)
    finally:
        engine.thaw(component)


_INJECT: dict[str, Callable[[Engine, Environment, str], object]] = {
    "restart": lambda engine, environment, name: engine.restart(environment, name, _silent),
    "stop": _stop,
    "kill": lambda engine, _environment, name: engine.kill(name),
    "pause": _pause,
}
