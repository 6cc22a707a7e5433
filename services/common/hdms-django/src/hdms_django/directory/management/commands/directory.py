"""`manage.py directory rebuild`: have user-service tell all people and departments again."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hdms_django.directory import asking
from hdms_django.directory.models import Copy, Department, Person

LIMIT_SECONDS = 60.0


class Command(BaseCommand):
    """Prints one JSON object."""

    help = "Have the directory told again by user-service, while everything runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("rebuild",))

    def handle(self, *args: Any, **options: Any) -> None:
        asking.forget()
        deadline = time.monotonic() + LIMIT_SECONDS
        while Copy.only().complete_at is None:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"user-service has not told all within {LIMIT_SECONDS:g} s; it goes on\n"
                    "inv events.status"
                )
            time.sleep(0.1)
        found = {
            "people": Person._default_manager.count(),
            "departments": Department._default_manager.count(),
        }
        self.stdout.write(json.dumps(found))
