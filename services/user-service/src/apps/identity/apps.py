"""Who says who somebody is: the keys that sign, the front door's exchange, access tokens."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.identity"

    def ready(self) -> None:
        from apps.identity import revoked  # noqa: F401 - it listens
