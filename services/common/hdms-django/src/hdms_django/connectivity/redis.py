"""Redis as the checks ask it: bounded, and explained when it does not answer."""

from urllib.parse import urlsplit

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.retry import Retry

from hdms_common.result import AUTHENTICATION_FAILED, CheckFailed, remedy

LIMIT_SECONDS = 2.0

Client = redis.Redis


def connect(url: str) -> Client:
    """A client of Redis at `url` that has answered; CheckFailed if it does not."""
    client = redis.Redis.from_url(
        url,
        socket_connect_timeout=LIMIT_SECONDS,
        socket_timeout=LIMIT_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )
    try:
        client.ping()
    except RedisError as error:
        client.close()
        raise explain(error) from error
    return client


def address() -> str:
    """Where the service expects Redis: "host:port"."""
    parts = urlsplit(settings.CACHES["default"]["LOCATION"])
    return f"{parts.hostname}:{parts.port}"


def explain(error: Exception) -> CheckFailed:
    """A failed connection in the words of someone who has to repair it."""
    service = settings.SERVICE
    if isinstance(error, AuthenticationError) or "NOAUTH" in str(error):
        return CheckFailed(
            f"{service}: Redis at {address()} refused the password: "
            f"{AUTHENTICATION_FAILED} (REDIS_PASSWORD)",
            f"compare REDIS_PASSWORD in services/{service}/.env with the root .env: "
            "run `inv env.sync`",
        )
    # Celery wraps what Redis said.
    if any(isinstance(each, ResponseError) for each in (error, error.__cause__)):
        return CheckFailed(
            f"{service}: Redis at {address()} answers with an error: {error}",
            remedy(error, "its log: `inv infra.logs redis`"),
        )
    return CheckFailed(
        f"{service}: Redis at {address()} is unreachable (REDIS_HOST, REDIS_PORT): "
        f"{str(error) or 'no answer in time'}",
        "start it: `inv infra.up`; its log: `inv infra.logs redis`",
    )


def require_database(found: int, expected: int) -> None:
    """Raise CheckFailed unless a client is on the logical database `expected`."""
    if found != expected:
        raise CheckFailed(
            f"{settings.SERVICE}: expected Redis database {expected}, the client is on {found}",
            f"services/{settings.SERVICE}/src/core/settings/base.py names the database",
        )
