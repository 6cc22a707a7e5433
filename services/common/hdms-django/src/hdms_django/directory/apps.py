"""The tables of the directory."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """What INSTALLED_APPS names; its `consumers.py` is found by hdms_django.events."""

    name = "hdms_django.directory"
