"""`manage.py rotate_signing_key`: the next key that signs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.identity import keys


class Command(BaseCommand):
    """Make the next signing key; the present one is believed until its last tokens have ended."""

    help = "Make the next signing key, which takes over with overlap: nobody is signed out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="a key has become known: believe no other from now on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = keys.rotate(at_once=options["at_once"])
        seconds = max(0, round((key.signs_from - timezone.now()).total_seconds()))
        self.stdout.write(f"key {key.key_id} is published, and signs in {seconds} s")
