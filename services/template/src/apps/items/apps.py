"""Items: a beginning, to be replaced by what this service is for."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.items"
