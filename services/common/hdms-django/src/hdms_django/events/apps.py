"""The tables of events."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    """What INSTALLED_APPS names; finds the effects of every app in its `consumers.py`."""

    name = "hdms_django.events"

    def ready(self) -> None:
        from hdms_django.events import proof  # noqa: F401 - its effect is every service's

        autodiscover_modules("consumers")
