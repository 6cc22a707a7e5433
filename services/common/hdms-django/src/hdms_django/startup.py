"""What a process does before it serves: look at its dependencies once."""

import asyncio
import logging

from django.conf import settings

from hdms_common.environment import InvalidEnvironment
from hdms_common.result import AUTHENTICATION_FAILED
from hdms_django.health import probe_dependencies

# Longer than a request may wait: who has a moment too little would serve with a refused password.
LIMIT_SECONDS = 5.0

logger = logging.getLogger(__name__)


def check_dependencies() -> None:
    """Log every dependency that is down, and go on: it may be on its way, and /health/ready tells.

    Raises InvalidEnvironment where PgBouncer refuses the credentials, which no waiting repairs
    (spec 001, "Edge Cases": log authentication errors clearly and fail to start).
    """
    states = asyncio.run(probe_dependencies(LIMIT_SECONDS))
    for name, state in states.items():
        if state["status"] == "down":
            logger.error("%s is down: %s", name, state["error"])
    if AUTHENTICATION_FAILED in states["database"]["error"]:
        raise InvalidEnvironment(f"{settings.SERVICE}: not started, see the error above")
