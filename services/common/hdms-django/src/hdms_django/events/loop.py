"""What goes round in a thread of the worker, through every outage."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator

from django.db import ProgrammingError, close_old_connections
from psycopg.errors import UndefinedTable

from hdms_common.log import once_a_minute
from hdms_django import outage
from hdms_django.events import broker

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
NOT_MIGRATED = "its tables are not there yet: inv migrate --all"

logger = logging.getLogger(__name__)


def pauses() -> Iterator[float]:
    """Seconds between tries: doubled each time up to the longest."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def is_not_migrated(error: Exception) -> bool:
    """Whether a table is missing: the service's migrations are still to come."""
    return isinstance(error, ProgrammingError) and isinstance(error.__cause__, UndefinedTable)


class Loop(ABC):
    """Works until it is told to stop; begins anew when RabbitMQ or the database goes.

    Attributes:
        works: whether it has all it needs, as far as it knows.
    """

    name = ""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.works = False
        self._seen = time.monotonic()
        self._progress = False

    def beat(self) -> None:
        """Show that it goes round."""
        self._seen = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """How long it has not gone round."""
        return time.monotonic() - self._seen

    def went_well(self) -> None:
        """It has all it needs: the next outage is a new one."""
        self.works = self._progress = True

    def run(self) -> None:
        """Work until `stopping` is set."""
        waiting = pauses()
        while not self.stopping.is_set():
            self.beat()
            self._progress = waits = False
            try:
                self.work()
            except broker.OUTAGES as error:
                self.log(str(broker.explain(error)))
            except outage.ERRORS as error:
                outage.report(error)
            except ProgrammingError as error:
                if not is_not_migrated(error):
                    raise
                self.log(NOT_MIGRATED)
                waits = True  # as well as it can, like the web processes
            finally:
                self.works = waits
                close_old_connections()
            if self._progress:
                waiting = pauses()
            if not self.stopping.is_set():
                self.stopping.wait(next(waiting))

    @abstractmethod
    def work(self) -> None:
        """Work until `stopping` is set, with a `beat` every few seconds.

        Raises:
            one of broker.OUTAGES or outage.ERRORS: to be begun anew.
        """

    def log(self, reason: str) -> None:
        """Say what is wrong, once a minute."""
        logger.error("%s: %s", self.name, reason, extra=once_a_minute(f"{self.name} {reason}"))
