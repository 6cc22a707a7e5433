"""Settings for production."""

from core.settings.base import *  # noqa: F403
from core.settings.base import ENV
from hdms_django import settings as common
from hdms_django.production import *  # noqa: F403
from hdms_django.production import refuse_development_values

DEBUG = False
LOGGING = common.logging(ENV, as_json=True)
refuse_development_values(ENV)
