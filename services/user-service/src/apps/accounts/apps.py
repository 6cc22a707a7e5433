"""Users: who they are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.accounts"
