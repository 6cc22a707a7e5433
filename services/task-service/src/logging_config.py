"""The log: one line per event, one JSON object in production (spec 003, T046).

Everything, the libraries' own messages too, goes through structlog's processors to stderr, with the
request's id where there is one: see hdms_common.request_id.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from hdms_common.log import Limit
from hdms_common.request_id import request_id
from src.config import SERVICE, Settings

# Ours say what comes of these; theirs repeat it, or tell of every statement and frame.
QUIET = {
    "aio_pika": logging.CRITICAL,
    "aiormq": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,  # the front door logs requests
    "sqlalchemy.pool": logging.CRITICAL,
    "asyncio": logging.ERROR,
}


def configure_logging(settings: Settings) -> None:
    """Send every event from LOG_LEVEL up to stderr, as lines or as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_request,
        OnceAMinute(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        cache_logger_on_first_use=True,
    )
    final: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.production:
        final += [
            structlog.processors.format_exc_info,
            _name_service,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(),
        ]
    else:
        final += [structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time", pad_event_to=0)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=final, foreign_pre_chain=shared)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # it has given them handlers
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _name_service(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["service"] = SERVICE
    return event


def _name_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if identity := request_id.get():
        event["request_id"] = identity
    return event


class OnceAMinute:
    """Lets an event with `limit_key="..."` pass once a minute; the next one counts the others.

    For what may happen a thousand times while something is away.
    """

    def __init__(self) -> None:
        self._limit = Limit()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        key = event.pop("limit_key", None)
        if key is None:
            return event
        withheld = self._limit.withheld(key)
        if withheld is None:
            raise structlog.DropEvent
        if withheld:
            event["withheld"] = withheld
        return event
