"""Something that everybody asks and that is away: one asks it again, the others go without."""

import logging
import threading
import time

from hdms_common.log import once_a_minute

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0
# Whoever asks says what came of it; this is for one that does not return.
GIVEN_UP_SECONDS = 15.0


class Absence:
    """Whether something is away. Meanwhile one thread asks it, ASK_AGAIN_SECONDS after the last.

    All others do without at once: if each waited for a server that is silent, so would every
    request.
    """

    def __init__(self, name: str, consequence: str) -> None:
        """For the log: what is away, and what that means."""
        self._name = name
        self._consequence = consequence
        self._lock = threading.Lock()
        self._ask_again_at: float | None = None

    def may_ask(self) -> bool:
        """Whether the caller is to ask, and then to say `noticed` or `over`."""
        if self._ask_again_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._ask_again_at is not None and now < self._ask_again_at:
                return False
            self._ask_again_at = now + GIVEN_UP_SECONDS
            return True

    def noticed(self, error: Exception) -> None:
        """It did not answer, or refused."""
        if self._ask_again_at is None:
            logger.error(
                "%s is of no use, %s from now on: %s",
                self._name,
                self._consequence,
                error,
                extra=once_a_minute(self._name),
            )
        self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS

    def over(self) -> None:
        """It answered."""
        if self._ask_again_at is not None:
            logger.info("%s answers again", self._name, extra=once_a_minute(f"{self._name} back"))
            self._ask_again_at = None
