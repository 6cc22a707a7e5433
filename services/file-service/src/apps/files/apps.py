"""Files: what users attach, checked in the background."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.files"
