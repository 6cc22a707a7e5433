"""`manage.py events`: what waits and what is dead of a service's events, and once more."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.db.models import Count, Min
from django.utils import timezone

from hdms_django.events import broker, look_again
from hdms_django.events.dead_letters import dead_letters, replay
from hdms_django.events.models import Event, Outbox
from hdms_django.events.queues import queue_of


class Command(BaseCommand):
    """Prints one JSON object."""

    help = "Show what waits and what is dead of this service's events, or replay one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="what waits to be sent or taken, and what is dead")
        again = actions.add_parser("replay", help="let an event take effect that had none")
        again.add_argument("id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = status() if options["action"] == "status" else again(options["id"])
        except broker.OUTAGES as error:
            failure = broker.explain(error)
            raise CommandError(f"{failure}\n{failure.hint}") from error
        except DatabaseError as error:
            raise CommandError(f"{settings.SERVICE}: {error}") from error
        self.stdout.write(json.dumps(done))


def status() -> dict[str, Any]:
    """What waits here and since when (seconds), and what is dead."""
    outbox = Outbox.objects.aggregate(count=Count("pk"), oldest=Min("event__at"))
    oldest = outbox["oldest"] and (timezone.now() - outbox["oldest"]).total_seconds()
    to_take = consumers = 0
    dead = []
    with broker.channel_for("status") as channel:
        if broker.has_queue(channel.connection):  # else no worker has run yet
            queue = channel.queue_declare(queue_of(settings.SERVICE), passive=True).method
            to_take, consumers = queue.message_count, queue.consumer_count
            dead = [asdict(letter) for letter in dead_letters()]
    return {
        "to_send": outbox["count"],
        "oldest_seconds": round(oldest or 0.0, 1),
        "to_take": to_take,
        "consumers": consumers,
        "dead": dead,
    }


def again(event_id: str) -> dict[str, Any]:
    """Replay an event that is dead here, or send one that happened here to all once more."""
    if replay(event_id):
        return {"replayed": "a dead letter"}
    try:
        event = Event.objects.filter(id=event_id).first()
    except ValidationError:
        event = None  # the command is asked for every service, and says then what was not found
    if event is None:
        return {"replayed": ""}
    with transaction.atomic():
        Outbox.objects.get_or_create(event=event)
        transaction.on_commit(look_again.say)
    return {"replayed": "sent to all again"}
