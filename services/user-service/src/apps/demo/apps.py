"""A believable organisation for development; production does not install this app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.demo"
