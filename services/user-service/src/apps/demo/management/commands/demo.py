"""`manage.py demo`: what `inv demo` calls."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.demo.organisation import fill, is_in_use
from apps.demo.sign_ins import sign_ins


class Command(BaseCommand):
    """Fill a development system with a believable organisation; prints JSON."""

    help = "Register the people and departments of the demo that are missing; print who signs in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="only where nobody else is registered"
        )

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        registered = 0 if if_empty and is_in_use() else fill()
        told = {"registered": registered, "sign_ins": [asdict(each) for each in sign_ins()]}
        self.stdout.write(json.dumps(told))
