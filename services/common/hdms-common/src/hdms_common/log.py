"""The log: one line per event, with its request's id."""

import logging
import time

from hdms_common.request_id import request_id

LIMIT_SECONDS = 60.0


def once_a_minute(key: str) -> dict[str, str]:
    """The `extra` of an event that may happen a thousand times while something is away.

    Events of the same `key` within LIMIT_SECONDS are counted, not logged; the next line tells.
    """
    return {"limit_key": key}


class RequestIdFilter(logging.Filter):
    """Gives every record the id of the request that is being answered, "" outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """logging's: let everything pass, marked."""
        record.request_id = request_id.get()
        return True


class Limit:
    """Lets each key pass once in LIMIT_SECONDS, and counts how often it does not."""

    def __init__(self) -> None:
        self._passed: dict[str, tuple[float, int]] = {}

    def withheld(self, key: str) -> int | None:
        """How many did not pass before this one; None where it does not pass itself."""
        now = time.monotonic()
        last, withheld = self._passed.get(key, (-LIMIT_SECONDS, 0))
        if now - last < LIMIT_SECONDS:
            self._passed[key] = (last, withheld + 1)
            return None
        self._passed[key] = (now, 0)
        return withheld


class LimitFilter(logging.Filter):
    """Lets events that are marked with `once_a_minute` pass once a minute, per process."""

    def __init__(self) -> None:
        super().__init__()
        self._limit = Limit()

    def filter(self, record: logging.LogRecord) -> bool:
        """logging's: whether the record is written."""
        key = getattr(record, "limit_key", None)
        if key is None:
            return True
        withheld = self._limit.withheld(key)
        if withheld is None:
            return False
        if withheld:
            record.msg = f"{record.msg} (and {withheld} times since the line before)"
        return True


class LineFormatter(logging.Formatter):
    """One line per event: what a driver reports on several lines is joined.

    Only the traceback of an unexpected exception follows on lines of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """logging's: the line without a traceback."""
        line = " | ".join(super().formatMessage(record).split("\n"))
        identity = getattr(record, "request_id", "")
        return f"{line} [{identity}]" if identity else line
