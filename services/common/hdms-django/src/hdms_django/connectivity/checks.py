"""Which checks this service has, and running them."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from hdms_common import verify
from hdms_common.result import Check, CheckResult
from hdms_django.connectivity import cache, database
from hdms_django.events import proof


def of_this_service(consumers: Sequence[str] = ()) -> dict[str, Check]:
    """The checks by id: of what every service has, and what CONNECTION_CHECKS adds.

    Args:
        consumers: the services in which an event must take effect; by default this one.
    """
    own = getattr(settings, "CONNECTION_CHECKS", {})
    return {
        "db": database.check,
        "cache": cache.check,
        "events": partial(proof.check, consumers or (settings.SERVICE,)),
        **{name: import_string(path) for name, path in own.items()},
    }


def run(check_id: str, check: Check) -> CheckResult:
    """Run one check. Never raises: a check that crashes is a failed result, without secrets."""
    return verify.run(check_id, check, service=settings.SERVICE, secrets=_secrets())


def run_side_by_side(checks: dict[str, Check]) -> list[CheckResult]:
    """Run every check; one that hangs has failed."""
    needs = "PgBouncer, PostgreSQL, Redis or RabbitMQ"
    return verify.run_side_by_side(
        checks, service=settings.SERVICE, secrets=_secrets(), needs=needs
    )


def _secrets() -> tuple[str, ...]:
    return (
        settings.DATABASES["default"]["PASSWORD"],
        unquote(urlsplit(settings.CACHES["default"]["LOCATION"]).password or ""),
        settings.RABBITMQ["password"],
        settings.SECRET_KEY,
    )
