"""`manage.py verify`: prove this service's connections."""

import json
import threading
from argparse import ArgumentParser
from dataclasses import asdict
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hdms_common.connectivity import checks
from hdms_common.connectivity.result import Check, CheckResult, run

LIMIT_SECONDS = 8.0


class Command(BaseCommand):
    """Run the named checks side by side; exit code 1 if one of them fails."""

    help = "Prove that this service's connections work, with its own settings."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("checks", nargs="*", help="db, cache, celery, channels; default: all")
        parser.add_argument("--json", action="store_true", help="print only a JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        available = checks.of_this_service()
        names = options["checks"] or list(available)
        if unknown := [name for name in names if name not in available]:
            raise CommandError(
                f"{settings.SERVICE} has no check {', '.join(unknown)}; "
                f"it has {', '.join(available)}",
                returncode=2,
            )
        results = run_side_by_side({name: available[name] for name in names})
        if options["json"]:
            self.stdout.write(json.dumps([asdict(result) for result in results], indent=2))
        else:
            for result in results:
                self._write(result)
        if any(result.status == "fail" for result in results):
            raise SystemExit(1)

    def _write(self, result: CheckResult) -> None:
        style = self.style.SUCCESS if result.status == "pass" else self.style.ERROR
        line = f"{result.status:4}  {result.id:8}  {result.latency_ms:7.1f} ms  {result.message}"
        self.stdout.write(style(line))
        if result.hint:
            self.stdout.write(f"      {result.hint}")


def run_side_by_side(named: dict[str, Check]) -> list[CheckResult]:
    """Run every check in a thread of its own; one still running after LIMIT_SECONDS has failed."""
    results = {
        name: CheckResult(
            name,
            "fail",
            f"{settings.SERVICE}: the check {name} did not finish within {LIMIT_SECONDS:.0f} s: "
            "PgBouncer, PostgreSQL or Redis hangs",
            "`inv infra.status` shows what hangs",
            LIMIT_SECONDS * 1000,
        )
        for name in named
    }

    def record(name: str, check: Check) -> None:
        results[name] = run(name, check)

    # Daemons, so that one that hangs does not keep the process.
    threads = [threading.Thread(target=record, args=item, daemon=True) for item in named.items()]
    deadline = monotonic() + LIMIT_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    return list(results.values())
