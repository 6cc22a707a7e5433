"""People and departments from spreadsheets, looked at before anything changes; and into them."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.imports"
