"""Which checks there are, and running them side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hdms.catalog import (
    COMPONENTS,
    EVENT_WORKERS,
    FRONTEND,
    SERVICES,
    WEB_SERVICES,
    components_among,
    process_names,
)
from hdms.checks.frontend import front_door
from hdms.checks.result import CHECKS, CheckResult, outcome
from hdms.checks.services import endpoint, proven_inside
from hdms.checks.strangers import named, require_no_stranger
from hdms.components.component import Component, Found
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment

# What a check needs beside the components.
NEEDED_PROCESSES = {
    "celery": {"file-worker"},
    "channels": {"communication-service"},
    "queue": {"task-worker"},
    "events": set(EVENT_WORKERS.values()),
}


def verify(
    engine: Engine,
    environment: Environment,
    checks: Sequence[str],
    announce: Announce,
    only_running: bool = False,
) -> list[CheckResult]:
    """Run checks for every service and component that they concern.

    Args:
        only_running: leave out what needs a service's process that does not run.

    Returns:
        The results, in the catalog's order.
    """
    running = engine.running() if only_running else set(process_names())
    jobs: list[Callable[[], list[CheckResult]]] = []
    inside = {
        service: [
            c for c in service.checks if c in checks and NEEDED_PROCESSES.get(c, set()) <= running
        ]
        for service in SERVICES
    }
    engine.prepare([service.name for service, wanted in inside.items() if wanted], announce)
    for service, wanted in inside.items():
        if wanted:
            jobs.append(partial(proven_inside, engine, environment, service, wanted))
    if "health" in checks:
        answering = [service for service in SERVICES if service.name in running]
        for service in answering:
            proof = partial(endpoint, engine, environment, service)
            jobs.append(partial(_one, service.name, proof))
        if FRONTEND.name in running:
            proof = partial(front_door, engine, environment, answering)
            jobs.append(partial(_one, FRONTEND.name, proof))
        jobs.append(partial(prove_components, engine, environment))
    with ThreadPoolExecutor(max_workers=max(1, len(jobs))) as pool:
        found = [result for results in pool.map(lambda job: job(), jobs) for result in results]
    results = [named(engine, environment, result) for result in found]
    subjects = [*(s.name for s in WEB_SERVICES), *(c.name for c in COMPONENTS)]
    return sorted(results, key=lambda r: (subjects.index(r.subject), CHECKS.index(r.check)))


def prove_components(
    engine: Engine, environment: Environment, names: Sequence[str] | None = None
) -> list[CheckResult]:
    """Run the components' own probes, or those of some."""
    components = components_among(names) if names else COMPONENTS
    with ThreadPoolExecutor() as pool:
        return list(
            pool.map(
                lambda c: outcome(c.name, "health", partial(_proven, engine, environment, c)),
                components,
            )
        )


def _proven(engine: Engine, environment: Environment, component: Component) -> Found:
    require_no_stranger(engine, environment, component.reached_through)
    return component.prove(engine, environment)


def _one(subject: str, proof: Callable[[], tuple[str, dict[str, object]]]) -> list[CheckResult]:
    return [outcome(subject, "health", proof)]
