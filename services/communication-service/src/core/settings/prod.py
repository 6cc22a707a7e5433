"""Settings for production."""

from core.settings.base import *  # noqa: F403
from core.settings.base import ENV
from hdms_common.production import *  # noqa: F403
from hdms_common.production import refuse_development_values

DEBUG = False
refuse_development_values(ENV)
