"""One client's requests, one after the other, and what it saw of each."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hdms.errors import HdmsError

# Ten a second from each client leave two processors some air: a fault is measured, not the load.
PAUSE_SECONDS = 0.1

Request = Callable[[int], str | None]
"""Makes the request of this number; returns what was acknowledged, if it was a write."""


class Seen(NamedTuple):
    """One request: when it began and ended (seconds, monotonic), and what went wrong, if so."""

    begin: float
    end: float
    error: str = ""


class Refused(Exception):
    """The answer was not the one that a client hopes for.

    Attributes:
        acknowledged: what was confirmed nevertheless, if it was a write.
    """

    def __init__(self, reason: str, acknowledged: str | None = None) -> None:
        super().__init__(reason)
        self.acknowledged = acknowledged


@dataclass
class Stream:
    """One client.

    Attributes:
        name: whom it asks, e.g. "user-service", or for what, e.g. "chat".
        seen: its requests, oldest first.
        acknowledged: the names of the writes that were confirmed to it.
    """

    name: str
    request: Request
    seen: list[Seen] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def run(self, ended: threading.Event) -> None:
        """Make request after request until `ended`."""
        for number in itertools.count():
            if ended.wait(PAUSE_SECONDS):
                return
            self.seen.append(self._one(number))

    def _one(self, number: int) -> Seen:
        begin, error = time.monotonic(), ""
        acknowledged: str | None = None
        try:
            acknowledged = self.request(number)
        except Refused as refused:
            error, acknowledged = str(refused), refused.acknowledged
        except HdmsError as absent:  # an engine has no address for what is away
            error = absent.message
        except Exception as failure:  # no answer, or one that nobody expects: a failure of theirs
            error = f"{type(failure).__name__}: {failure}"
        if acknowledged is not None:
            self.acknowledged.append(acknowledged)
        return Seen(begin, time.monotonic(), error)
