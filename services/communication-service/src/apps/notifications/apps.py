"""Notifications: what a user should know."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
