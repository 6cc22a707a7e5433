"""The log: one line per event, with its request's id; one JSON object in production."""

import logging
import time
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter as PythonJsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")

LIMIT_SECONDS = 60.0


def once_a_minute(key: str) -> dict[str, str]:
    """The `extra` of an event that may happen a thousand times while something is away.

    Events of the same `key` within LIMIT_SECONDS are counted, not logged; the next line tells.
    """
    return {"limit_key": key}


class RequestIdFilter(logging.Filter):
    """Gives every record the id of the request that is being answered, "" outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class LimitFilter(logging.Filter):
    """Lets events that are marked with `once_a_minute` pass once a minute, per process."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key = getattr(record, "limit_key", None)
        if key is None:
            return True
        now = time.monotonic()
        last, withheld = self._passed.get(key, (-LIMIT_SECONDS, 0))
        if now - last < LIMIT_SECONDS:
            self._passed[key] = (last, withheld + 1)
            return False
        self._passed[key] = (now, 0)
        if withheld:
            record.msg = f"{record.msg} (and {withheld} times since the line before)"
        return True


class RetriesFilter(logging.Filter):
    """For a library that reports each attempt to connect, with its traceback: a line a minute."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.limit_key = str(record.msg)
        record.exc_info = None
        return True


class LineFormatter(logging.Formatter):
    """One line per event: what a driver reports on several lines is joined.

    Only the traceback of an unexpected exception follows on lines of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = " | ".join(super().formatMessage(record).split("\n"))
        identity = getattr(record, "request_id", "")
        return f"{line} [{identity}]" if identity else line


class JsonFormatter(PythonJsonFormatter):
    """One JSON object per line: time, level, service, logger, message, request_id, exc_info."""

    def __init__(self, service: str) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service},
        )
