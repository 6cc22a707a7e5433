"""Chat: rooms in which users talk, live and stored."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.chat"
