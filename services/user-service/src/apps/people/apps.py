"""People and departments: who there is, where they belong, what they may; each change an event."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.people"
