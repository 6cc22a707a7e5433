"""`manage.py verify`: prove this service's connections."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hdms_common.result import CheckResult
from hdms_django.connectivity import checks


class Command(BaseCommand):
    """Run the named checks side by side; exit code 1 if one of them fails."""

    help = "Prove that this service's connections work, with its own settings."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "checks", nargs="*", help="db, cache, events, celery, channels; default: all"
        )
        parser.add_argument(
            "--consumer",
            action="append",
            default=[],
            help="a service in which an event of this one must take effect; again for another "
            "(default: this one)",
        )
        parser.add_argument("--json", action="store_true", help="print only a JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        available = checks.of_this_service(options["consumer"])
        names = options["checks"] or list(available)
        if unknown := [name for name in names if name not in available]:
            raise CommandError(
                f"{settings.SERVICE} has no check {', '.join(unknown)}; "
                f"it has {', '.join(available)}",
                returncode=2,
            )
        results = checks.run_side_by_side({name: available[name] for name in names})
        if options["json"]:
            self.stdout.write(json.dumps([asdict(result) for result in results], indent=2))
        else:
            for result in results:
                self._write(result)
        if any(result.status == "fail" for result in results):
            raise SystemExit(1)

    def _write(self, result: CheckResult) -> None:
        style = self.style.SUCCESS if result.status == "pass" else self.style.ERROR
        self.stdout.write(style(result.line))
        if result.hint:
            self.stdout.write(f"      {result.hint}")
