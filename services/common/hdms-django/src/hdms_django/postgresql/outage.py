"""What is known of the way to PgBouncer: psycopg's pool tells its clients only that time is up."""

import logging
import time
from typing import Any

import psycopg
from psycopg import OperationalError
from psycopg.errors import _WaitTimeout

from hdms_common.log import once_a_minute
from hdms_common.result import AUTHENTICATION_FAILED
from hdms_django import deadline

logger = logging.getLogger(__name__)

REFUSED_SECONDS = 1.0
# For so long the pool tries to connect before it begins anew with the shortest pause.
ROUND_SECONDS = 1.0
# As long as somebody asks, attempts are nearer to each other than this.
STALE_SECONDS = 3.0


class Outage:
    """The failed attempts to connect since the last success; one per process, as is the pool."""

    def __init__(self) -> None:
        self._since = self._last = 0.0
        self.attempts = 0
        self.error: OperationalError | None = None

    @property
    def seconds(self) -> float:
        """How long it has lasted; 0 if there is none."""
        return time.monotonic() - self._since if self.ongoing else 0.0

    @property
    def ongoing(self) -> bool:
        """Whether the last attempt failed, and not long ago: nobody may have tried since."""
        return self.error is not None and time.monotonic() - self._last < STALE_SECONDS

    @property
    def refused(self) -> bool:
        """Whether PgBouncer answers, and does not accept the password."""
        text = str(self.error).lower() if self.ongoing else ""
        return AUTHENTICATION_FAILED in text and "server login" not in text

    def failed(self, error: OperationalError) -> None:
        """Count an attempt that failed."""
        if not self.ongoing:
            self._since = time.monotonic()
            self.attempts = 0
        self._last = time.monotonic()
        self.attempts += 1
        self.error = error

    def over(self) -> None:
        """Forget it all: an attempt succeeded."""
        if self.error is not None:
            logger.info(
                "PgBouncer answers again, after %d attempts",
                self.attempts,
                extra=once_a_minute("PgBouncer is back"),
            )
        self.error = None
        self.attempts = 0


current = Outage()


class Connection(psycopg.Connection[Any]):
    """The pool's connections: each success or failure to connect is noted in `current`.

    What was refused is not tried again for REFUSED_SECONDS, though the pool repeats its attempts:
    no repetition makes a password right, and servers lock out who insists.
    """

    _asked_last = 0.0

    def wait(self, *arguments: Any, **parameters: Any) -> Any:
        """Wait for an answer, in a request only until its deadline: then the connection ends."""
        left = deadline.left()
        if left is None:
            return super().wait(*arguments, **parameters)
        try:
            return super().wait(*arguments, **{**parameters, "timeout": max(left, 0.0)})
        except _WaitTimeout:
            self.close()  # its answer may still come, and would be taken for the next one's
            raise OperationalError(f"no answer within {deadline.REQUEST_SECONDS:g} s") from None

    @classmethod
    def connect(cls, *arguments: Any, **parameters: Any) -> "Connection":
        now = time.monotonic()
        if current.refused and now - cls._asked_last < REFUSED_SECONDS:
            raise OperationalError(str(current.error))
        cls._asked_last = now
        try:
            connection = super().connect(*arguments, **parameters)
        except OperationalError as error:
            current.failed(error)
            raise
        current.over()
        return connection
