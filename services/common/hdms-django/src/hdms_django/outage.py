"""What a client is told, and the log, while PostgreSQL, PgBouncer or Redis is away."""

import logging

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from hdms_common.log import once_a_minute
from hdms_django.connectivity import pgbouncer, redis

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
