"""Settings for development."""

from core.settings.base import *  # noqa: F403

DEBUG = True
