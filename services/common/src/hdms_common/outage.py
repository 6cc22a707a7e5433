"""What a client is told, and the log, while PostgreSQL, PgBouncer or Redis is away."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError
from rest_framework.exceptions import ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hdms_common.connectivity import pgbouncer, redis
from hdms_common.log import once_a_minute

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5

# All of them: a Redis whose disk is full answers, and refuses each write.
REDIS_ERRORS = (RedisError,)
ERRORS = (OperationalError, InterfaceError, *REDIS_ERRORS)


def report(error: Exception) -> str:
    """Log one of ERRORS on one line, once a minute; the sentence for the client."""
    if isinstance(error, REDIS_ERRORS):
        dependency, where = "message broker", f"Redis at {redis.address()}"
    else:
        dependency, where = "database", f"PgBouncer at {pgbouncer.address()}"
    logger.error("%s failed: %s", where, error, extra=once_a_minute(where))
    return f"The {dependency} is unavailable, try again shortly."


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER: an outage is a 503, JSON nested too deeply a 400."""
    if isinstance(error, RecursionError):
        error = ParseError("The JSON is nested too deeply.")
    if not isinstance(error, ERRORS):
        return exception_handler(error, context)
    return Response(
        {"detail": report(error)},
        status=503,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
