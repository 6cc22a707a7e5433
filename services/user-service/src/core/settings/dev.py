"""Settings for development."""

from core.settings import base
from core.settings.base import *  # noqa: F403

DEBUG = True
INSTALLED_APPS = [*base.INSTALLED_APPS, "apps.demo"]
