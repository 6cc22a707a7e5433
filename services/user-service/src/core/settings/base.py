"""Settings that development and production share."""

from pathlib import Path

from core.settings.sign_in import *  # noqa: F403
from core.settings.sign_in import APPS, SIGN_IN_MIDDLEWARE
from hdms_common.environment import Environment
from hdms_django import redis_settings
from hdms_django import settings as common

SERVICE = "user-service"
SERVICE_DIR = Path(__file__).resolve().parents[3]
ENV = Environment(SERVICE, SERVICE_DIR / ".env")

SECRET_KEY = ENV.required("SECRET_KEY")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1"])
WEB_HOST, WEB_PORT = common.web_address(ENV)

INSTALLED_APPS = [
    *common.INSTALLED_APPS,
    *APPS,
    "apps.accounts",
    "apps.people",
    "apps.imports",
]
MIDDLEWARE = [*common.MIDDLEWARE, *SIGN_IN_MIDDLEWARE]
ROOT_URLCONF = "core.urls"
APPEND_SLASH = False  # a redirect would lose what was sent; the 404 names the right path
WSGI_APPLICATION = "core.wsgi.application"

DATABASES = common.databases(ENV)
CACHES = redis_settings.caches(ENV)
RABBITMQ = common.rabbitmq(ENV)

AUTH_USER_MODEL = "accounts.User"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "employee_code"  # accounts.User's USERNAME_FIELD
_NAMES = ("employee_code", "first_name", "last_name", "email")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}", "OPTIONS": options}
    for validator, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": _NAMES}),
        ("MinimumLengthValidator", {}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]

REST_FRAMEWORK = common.rest_framework(authentication="apps.identity.authentication.SignedPerson")
SPECTACULAR_SETTINGS = common.openapi(SERVICE)
IDENTITY_ISSUER = "apps.identity.issuing.issue"  # of the signed tokens, which nobody else has
IDENTITY_KEYS = "apps.identity.keys.published"
FRONT_DOOR_URL = common.front_door_url(ENV)
LOGGING = common.logging(ENV)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
