"""Settings that development and production share."""

import sys
from pathlib import Path

from hdms_common.environment import Environment
from hdms_django import redis_settings
from hdms_django import settings as common

SERVICE = "file-service"
SERVICE_DIR = Path(__file__).resolve().parents[3]
ENV = Environment(SERVICE, SERVICE_DIR / ".env")

SECRET_KEY = ENV.required("SECRET_KEY")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1"])
WEB_HOST, WEB_PORT = common.web_address(ENV)

INSTALLED_APPS = [*common.INSTALLED_APPS, "hdms_django.directory", "apps.files"]
MIDDLEWARE = common.MIDDLEWARE
ROOT_URLCONF = "core.urls"
APPEND_SLASH = False  # a redirect would lose what was sent; the 404 names the right path
WSGI_APPLICATION = "core.wsgi.application"

DATABASES = common.databases(ENV)
CACHES = redis_settings.caches(ENV)
RABBITMQ = common.rabbitmq(ENV)

# A task is acknowledged when it is done and fetched one at a time: a worker that dies loses none.
CELERY_BROKER_URL = redis_settings.redis_url(ENV, database=redis_settings.CELERY_DATABASE)
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_RESULT_EXPIRES = 3600  # seconds
# Celery would close the whole connection pool after each task, which then costs more than the task.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Nobody waits for results but those of tasks that say so.
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "core.consumer:Consumer"
# While Redis is away an upload waits half a second, not Celery's 19 s. A caller who wants something
# else says so: `task.apply_async(..., retry_policy={"max_retries": 0})` tries once.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0.1,  # seconds
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CONNECTION_CHECKS = {"celery": "hdms_django.connectivity.celery.check"}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "client_name": SERVICE,  # in Redis' CLIENT LIST
    **redis_settings.REDIS_KEEPALIVE,
    "socket_connect_timeout": redis_settings.REDIS_SOCKET_TIMEOUT_SECONDS,
    # Longer than a worker's question for work, which Redis answers after 1 s at the latest.
    "socket_timeout": redis_settings.REDIS_SOCKET_TIMEOUT_SECONDS,
    "visibility_timeout": 3600,  # seconds: how long a task may take
    # Without it `retry=False` is no refusal to retry: Kombu connects three times, 6 s long.
    **CELERY_TASK_PUBLISH_RETRY_POLICY,
}

MEDIA_ROOT = Path(ENV.text("MEDIA_ROOT", str(SERVICE_DIR / "media")))
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "apps.files.uploads.AnonymousFileHandler",
]
FILE_UPLOAD_LIMIT_BYTES = 25 * 1024 * 1024

REST_FRAMEWORK = common.rest_framework(authentication=common.SIGNED_IDENTITY)
SPECTACULAR_SETTINGS = common.openapi(SERVICE)
IDENTITY_KEYS = common.FETCHED_KEYS
FRONT_DOOR_URL = common.front_door_url(ENV)
LOGGING = common.logging(ENV)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
