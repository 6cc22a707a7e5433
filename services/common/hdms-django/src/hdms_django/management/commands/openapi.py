"""`manage.py openapi`: the service's OpenAPI document, written where it is committed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hdms_django.openapi.document import Unclear, as_text, committed


class Command(BaseCommand):
    """What `inv openapi` runs in each service."""

    help = "Writes openapi.json."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        try:
            committed().write_text(as_text(), encoding="utf-8")
        except Unclear as error:
            raise CommandError(str(error)) from error
