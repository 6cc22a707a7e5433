"""What settings.logging adds to hdms_common.log."""

import logging

from pythonjsonlogger.json import JsonFormatter as PythonJsonFormatter


class RetriesFilter(logging.Filter):
    """For a library that reports each attempt to connect, with its traceback: a line a minute."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.limit_key = str(record.msg)
        record.exc_info = None
        return True


class JsonFormatter(PythonJsonFormatter):
    """One JSON object per line: time, level, service, logger, message, request_id, exc_info."""

    def __init__(self, service: str) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service},
        )
