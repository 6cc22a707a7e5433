"""The settings that every service has, as functions of its environment.

A service's `core/settings/base.py` names each Django setting and takes its value from here.
"""

from typing import Any

from psycopg_pool.base import AttemptWithBackoff

from hdms_common.environment import Environment
from hdms_django.postgresql.outage import ROUND_SECONDS, Connection
from hdms_django.redis_settings import KEEPALIVE

# No person asks that often, a loop gone wild does.
REQUESTS_PER_USER = "100/second"

# psycopg_pool's first pause before it tries again to connect, doubled each time. Its own, 1 s and
# not configurable, lets a request that came while PgBouncer restarted wait until it times out.
AttemptWithBackoff.INITIAL_DELAY = 0.1  # seconds

INSTALLED_APPS = [
    # REST framework needs the model classes of these two.
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "hdms_django",
    "hdms_django.events",
    "hdms_django.idempotency",
]
MIDDLEWARE = [
    "hdms_django.request_id.middleware",
    "hdms_django.deadline.middleware",
    "hdms_django.events.origin.middleware",
    "hdms_django.problems.middleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def web_address(env: Environment) -> tuple[str, int]:
    """WEB_HOST and WEB_PORT, where the web server listens and the checks find it."""
    return env.text("WEB_HOST", "127.0.0.1"), env.number("WEB_PORT", 8000, least=1, most=65535)


def databases(env: Environment) -> dict[str, dict[str, Any]]:
    """DATABASES: PostgreSQL through PgBouncer in transaction mode (spec 001 FR-004, FR-008).

    There is no read or write timeout by default (FR-008); set one with `ALTER ROLE ... SET
    statement_timeout`, since PgBouncer refuses it as a startup option.
    """
    return {
        "default": {
            "ENGINE": "hdms_django.postgresql",
            "NAME": env.text("DB_NAME", "hdms_db"),
            "USER": env.required("DB_USER"),
            "PASSWORD": env.required("DB_PASSWORD"),
            "HOST": env.text("DB_HOST", "pgbouncer"),
            "PORT": env.number("DB_PORT", 6432, least=1, most=65535),
            "CONN_MAX_AGE": 0,  # the pool below keeps the connections
            # The engine looks at each connection that the pool gives, without asking the server.
            "CONN_HEALTH_CHECKS": False,
            # A cursor lives in one PostgreSQL session; the next transaction may be in another.
            "DISABLE_SERVER_SIDE_CURSORS": True,
            "OPTIONS": {
                "connect_timeout": env.number("DB_CONNECT_TIMEOUT", 20, least=1, most=600),
                "application_name": env.service,
                **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
                "tcp_user_timeout": 20_000,  # milliseconds, for what was sent meanwhile
                # Per process. A request waits `timeout` seconds for a connection while the pool
                # reconnects with exponential backoff, which begins anew after `reconnect_timeout`
                # seconds: a long outage must not lengthen the pauses.
                "pool": {
                    "min_size": 0,
                    "max_size": 8,
                    "timeout": 5,
                    "reconnect_timeout": ROUND_SECONDS,
                    "connection_class": Connection,
                },
            },
        }
    }


def rabbitmq(env: Environment) -> dict[str, Any]:
    """RABBITMQ: where the worker sends events to and takes them from; no request waits for it."""
    return {
        "host": env.text("RABBITMQ_HOST", "rabbitmq"),
        "port": env.number("RABBITMQ_PORT", 5672, least=1, most=65535),
        "user": env.text("RABBITMQ_USER", "hdms"),
        "password": env.required("RABBITMQ_PASSWORD"),
    }


def rest_framework(*, authentication: str) -> dict[str, Any]:
    """REST_FRAMEWORK: JSON only, signed in unless a view says otherwise.

    `authentication` is the dotted path of the authentication class.
    """
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [authentication],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        # Counted in the cache; while Redis is away, nobody is slowed down.
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"user": REQUESTS_PER_USER},
        "NUM_PROXIES": 1,  # the front door, which names the client in X-Forwarded-For
        "DEFAULT_PAGINATION_CLASS": "hdms_django.pagination.KeysetPagination",
        "EXCEPTION_HANDLER": "hdms_django.exceptions.handle_exception",
        "DEFAULT_SCHEMA_CLASS": "hdms_django.openapi.schema.OperationSchema",
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


def openapi(service: str, prefix: str = "/api/") -> dict[str, Any]:
    """SPECTACULAR_SETTINGS: how the service's OpenAPI document is made.

    `prefix` is what the names of its operations do not repeat.
    """
    return {
        "TITLE": service,
        "VERSION": "1",
        "OAS_VERSION": "3.1.1",
        "SCHEMA_PATH_PREFIX": prefix,
        "COMPONENT_SPLIT_REQUEST": True,  # what a client sends is less than what it gets
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        "GET_MOCK_REQUEST": "hdms_django.openapi.schema.as_administrator",
        "PREPROCESSING_HOOKS": ["hdms_django.openapi.schema.outside"],
    }


# Who asks is what the front door's token says, whose keys come by FRONT_DOOR_URL; what they may,
# the directory.
SIGNED_IDENTITY = "hdms_django.directory.standing.StandingInDirectory"
FETCHED_KEYS = "hdms_django.published_keys.fetched"


def front_door_url(env: Environment) -> str:
    """FRONT_DOOR_URL: where a service reaches the front door."""
    url = env.text("FRONT_DOOR_URL", "http://frontend-service:8080")
    if not url.startswith("http://"):
        raise env.invalid("FRONT_DOOR_URL", f"is {url!r}: expected http:// and a host")
    return url


def logging(env: Environment, *, as_json: bool = False) -> dict[str, Any]:
    """LOGGING: one line per event on stderr, from LOG_LEVEL up; `as_json`: an object per line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "hdms_common.log.RequestIdFilter"},
            "limit": {"()": "hdms_common.log.LimitFilter"},
            "retries": {"()": "hdms_django.log.RetriesFilter"},
        },
        "formatters": {
            "line": {
                "()": "hdms_common.log.LineFormatter",
                "fmt": f"%(asctime)s %(levelname)s {env.service} %(name)s: %(message)s",
            },
            "json": {"()": "hdms_django.log.JsonFormatter", "service": env.service},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "line",
                "filters": ["limit", "request_id"],
            }
        },
        "root": {"handlers": ["stderr"], "level": env.log_level()},
        # Django gives these two handlers of their own.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # It logs every attempt to connect; hdms_django.outage logs what comes of them.
            "psycopg.pool": {"level": "ERROR"},
            # It logs each step of a connection; hdms_django.events logs what comes of them.
            "pika": {"level": "CRITICAL"},
            "celery.worker.consumer.consumer": {"filters": ["retries"]},
            "celery.worker.request": {"filters": ["retries"]},
            # At INFO it repeats the query string of each WebSocket.
            "uvicorn.error": {"level": "WARNING"},
        },
    }
