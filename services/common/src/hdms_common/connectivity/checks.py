"""Which checks this service has."""

from django.conf import settings

from hdms_common.connectivity import cache, database
from hdms_common.connectivity.result import Check


def of_this_service() -> dict[str, Check]:
    """The checks by id, as far as the service's settings name the dependency."""
    checks: dict[str, Check] = {"db": database.check, "cache": cache.check}
    # Celery and Channels are installed only in the services that use them.
    if hasattr(settings, "CELERY_BROKER_URL"):
        from hdms_common.connectivity import celery

        checks["celery"] = celery.check
    if hasattr(settings, "CHANNEL_LAYERS"):
        from hdms_common.connectivity import channels

        checks["channels"] = channels.check
    return checks
