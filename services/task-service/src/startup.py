"""What a process does before it serves: look at its dependencies once."""

import structlog

from hdms_common.environment import InvalidEnvironment
from hdms_common.result import AUTHENTICATION_FAILED
from src.config import SERVICE, Settings
from src.health import probe_dependencies

# Longer than a request may wait: who has a moment too little would serve with a refused password.
LIMIT_SECONDS = 5.0

log = structlog.get_logger(__name__)


async def check_dependencies(settings: Settings) -> None:
    """Log what is down, and go on: it may be on its way, and /health/ready tells.

    Raises:
        InvalidEnvironment: the credentials are refused, which no waiting repairs.
    """
    for name, probe in (await probe_dependencies(settings, LIMIT_SECONDS)).items():
        if AUTHENTICATION_FAILED in probe.reason:
            raise InvalidEnvironment(f"{probe.reason}; {SERVICE} is not started")
        if probe.reason:
            log.error(f"{name} is down", reason=probe.reason)
