"""The form of a log line."""

import logging


class LineFormatter(logging.Formatter):
    """One line per event: what a driver reports on several lines is joined.

    Only the traceback of an unexpected exception follows on lines of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return " | ".join(super().formatMessage(record).split("\n"))
