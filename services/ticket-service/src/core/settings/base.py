"""Settings that development and production share."""

from pathlib import Path

from hdms_common.environment import Environment
from hdms_django import redis_settings
from hdms_django import settings as common

SERVICE = "ticket-service"
SERVICE_DIR = Path(__file__).resolve().parents[3]
ENV = Environment(SERVICE, SERVICE_DIR / ".env")

SECRET_KEY = ENV.required("SECRET_KEY")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1"])
WEB_HOST, WEB_PORT = common.web_address(ENV)

INSTALLED_APPS = [*common.INSTALLED_APPS, "hdms_django.directory", "apps.tickets"]
MIDDLEWARE = common.MIDDLEWARE
ROOT_URLCONF = "core.urls"
APPEND_SLASH = False  # a redirect would lose what was sent; the 404 names the right path
WSGI_APPLICATION = "core.wsgi.application"

DATABASES = common.databases(ENV)
CACHES = redis_settings.caches(ENV)
RABBITMQ = common.rabbitmq(ENV)

REST_FRAMEWORK = common.rest_framework(authentication=common.SIGNED_IDENTITY)
SPECTACULAR_SETTINGS = common.openapi(SERVICE)
IDENTITY_KEYS = common.FETCHED_KEYS
FRONT_DOOR_URL = common.front_door_url(ENV)
LOGGING = common.logging(ENV)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
