"""Notifications: what a user should know."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.notifications"
