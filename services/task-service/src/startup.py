"""What a process does before it serves: look at its dependencies once."""

import structlog

from src.config import SERVICE, InvalidEnvironment, Settings
from src.db.direct import AUTHENTICATION_FAILED
from src.health import probe_dependencies

log = structlog.get_logger(__name__)


async def check_dependencies(settings: Settings) -> None:
    """Log what is down, and go on: it may be on its way, and /health/ready tells.

    Raises:
        InvalidEnvironment: the credentials are refused, which no waiting repairs.
    """
    for name, state in (await probe_dependencies(settings)).items():
        if AUTHENTICATION_FAILED in state.error:
            raise InvalidEnvironment(f"{state.error}; {SERVICE} is not started")
        if state.status == "down":
            log.error(f"{name} is down", reason=state.error)
