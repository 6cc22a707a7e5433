"""Asking user-service to tell the whole directory: at first, and after events were lost.

Nothing is missing in between: what changes while it tells comes by events as well, and of two
states the newer one stays.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hdms_django.directory.models import Copy
from hdms_django.events import record
from hdms_django.events.effects import when_idle, when_the_queue_is_new

WANTED = "directory.wanted"
# user-service may be away, or have no worker yet.
ASK_AGAIN = timedelta(seconds=10)


@when_idle
def ask_if_incomplete() -> bool:
    """Ask, unless the directory is complete or was asked for a moment ago; return if complete."""
    copy = Copy.only()
    if copy.complete_at:
        return True
    now = timezone.now()
    with transaction.atomic():
        # Of two processes one asks.
        due = Q(asked_at=None) | Q(asked_at__lt=now - ASK_AGAIN)
        if Copy._default_manager.filter(due, pk=copy.pk, complete_at=None).update(asked_at=now):
            record(WANTED, ("directory", settings.SERVICE), by=None)
    return False


@when_the_queue_is_new
def forget() -> None:
    """Have all of it told again; what is here stays in use meanwhile."""
    Copy._default_manager.update_or_create(pk=1, defaults={"asked_at": None, "complete_at": None})
