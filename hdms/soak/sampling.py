"""What the stack uses, looked at every few seconds."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from hdms.catalog import COMPONENTS
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError

PAUSE_SECONDS = 2.0
# Engines count whole seconds.
CLOCK_SECONDS = 2.0

MEMORY = "memory, bytes"
OPEN_FILES = "open files"


@dataclass
class Series:
    """One quantity over time.

    Attributes:
        subject: whose, e.g. a process or a role.
        metric: what: one of the names above, or of what a component counts.
        points: (seconds since the beginning, value).
        restarts: when its subject, a process, was seen to be a new one, in the same seconds.
    """

    subject: str
    metric: str
    points: list[tuple[float, float]] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)


class Samples:
    """All series, by subject and metric."""

    def __init__(self, engine: Engine, environment: Environment) -> None:
        self._engine = engine
        self._environment = environment
        self._begin = time.monotonic()
        self._series: dict[tuple[str, str], Series] = {}
        self._started: dict[str, float] = {}

    @property
    def series(self) -> list[Series]:
        """Those of which something was seen, by metric and subject."""
        return [self._series[key] for key in sorted(self._series, key=lambda k: (k[1], k[0]))]

    def take(self) -> None:
        """Look once; what does not answer, or is away, is left out."""
        self._note_restarts()
        for name, used in self._engine.usage().items():
            self._add(name, MEMORY, used.memory)
            self._add(name, OPEN_FILES, used.open_files)
        for component in COMPONENTS:
            if component.clients:
                with suppress(HdmsError, OSError):
                    counted = component.count_clients(self._engine, self._environment)
                    for subject, number in counted.items():
                        self._add(subject, component.clients.metric, number)

    def _note_restarts(self) -> None:
        now = time.monotonic()
        for unit in self._engine.status():
            if unit.state == "running":
                started = now - unit.uptime
                if started > self._started.setdefault(unit.name, started) + CLOCK_SECONDS:
                    self._started[unit.name] = started
                    for series in self._series.values():
                        if series.subject == unit.name:
                            series.restarts.append(round(now - self._begin, 1))

    def _add(self, subject: str, metric: str, value: float) -> None:
        series = self._series.setdefault((subject, metric), Series(subject, metric))
        series.points.append((round(time.monotonic() - self._begin, 1), value))


@contextmanager
def sampling(engine: Engine, environment: Environment) -> Iterator[Samples]:
    """Take samples until the end of the context."""
    samples, ended = Samples(engine, environment), threading.Event()

    def go_on() -> None:
        while not ended.wait(PAUSE_SECONDS):
            samples.take()

    with ThreadPoolExecutor(max_workers=1) as pool:
        sampled = pool.submit(go_on)
        try:
            yield samples
        finally:
            ended.set()
        sampled.result()  # raises what ended it early
