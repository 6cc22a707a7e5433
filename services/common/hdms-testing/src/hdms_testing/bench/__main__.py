"""What our layers cost over the bare drivers, in this service.

`python -m hdms_testing.bench db`, run in the service's `src`.
"""

import json
import os
import platform
import signal
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hdms_testing.bench.rounds import Row

NAMES = ("db", "cache", "events", "celery", "websocket", "http", "door")
ROUNDS = 40
LIMIT_SECONDS = 50


class Command(BaseCommand):
    """Measure ours and the bare driver in turns; print both and their ratio."""

    help = "Measure this service's connections against the bare drivers."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=NAMES)
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each")
        parser.add_argument("--path", default="/health/live", help="what http asks for")
        parser.add_argument("--socket-folder", type=Path, help="where PostgreSQL's own socket is")
        parser.add_argument("--json", action="store_true", help="print only a JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rounds"] < 1:
            raise CommandError("--rounds: expected 1 or more", returncode=2)
        # Whoever waits for this would kill it, and the bare servers would stay.
        signal.signal(signal.SIGALRM, _give_up)
        signal.signal(signal.SIGTERM, _give_up)
        signal.alarm(LIMIT_SECONDS)
        rows = measure(
            options["name"], options["rounds"], options["path"], options["socket_folder"]
        )
        if options["json"]:
            found = {"python": platform.python_version(), "rows": [asdict(row) for row in rows]}
            self.stdout.write(json.dumps(found, indent=2))
            return
        for row in rows:
            self.stdout.write(f"{row.name}: {row.ours} {row.unit}, bare {row.bare}: {row.ratio}")


def _give_up(number: int, _frame: object) -> None:
    late = f"not done in {LIMIT_SECONDS} s"
    raise CommandError(late if number == signal.SIGALRM else "ended by a signal")


def measure(name: str, rounds: int, path: str, socket_folder: Path | None) -> list[Row]:
    """Run one of NAMES; CommandError if this service has nothing of the kind."""
    # Celery, WebSockets and the web servers are installed only where they are used.
    if name == "db":
        from hdms_testing.bench import database

        return database.rows(rounds, socket_folder)
    if name == "cache":
        from hdms_testing.bench import cache

        return cache.rows(rounds)
    if name == "events":
        from hdms_testing.bench import events

        return events.rows(rounds)
    if name == "door" and hasattr(settings, "IDENTITY_ISSUER"):
        from hdms_testing.bench import door

        return door.rows(rounds)
    if name == "celery" and hasattr(settings, "CELERY_BROKER_URL"):
        from hdms_testing.bench import tasks

        return tasks.rows(rounds)
    if name == "websocket" and hasattr(settings, "CHANNEL_LAYERS"):
        from hdms_testing.bench import websocket

        return websocket.rows(rounds)
    if name == "http":
        from hdms_testing.bench import http

        return http.rows(rounds, path)
    raise CommandError(f"{settings.SERVICE} has no {name}", returncode=2)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")
    django.setup()
    Command().run_from_argv(["python -m", "hdms_testing.bench", *sys.argv[1:]])
