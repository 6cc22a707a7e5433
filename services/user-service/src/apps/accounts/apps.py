"""Users: who they are, and the tokens that say so to the other services."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.accounts"
