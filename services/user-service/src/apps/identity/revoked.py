"""A session that ends is over at once, though the front door keeps what it was told a moment."""

import logging
from functools import partial
from typing import Any
from urllib.error import HTTPError

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from hdms_common.log import once_a_minute
from hdms_django import front_door

ANEW = "/identity/anew"  # the front door asks us again, whatever it has kept

logger = logging.getLogger(__name__)


@receiver(post_delete, sender=Session)
def _ended(instance: Session, **_: Any) -> None:
    # Not before the commit: it would be told once more that the session is good.
    transaction.on_commit(partial(_ask_anew, instance.session_key))


def _ask_anew(session_key: str) -> None:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"}
    try:
        front_door.ask(ANEW, cookie)
    except HTTPError:
        pass  # 401, as it should be
    except OSError as error:  # it forgets by itself, a second or two later
        told = once_a_minute("front door")
        logger.warning(
            "the front door cannot be told that a session is over: %s", error, extra=told
        )
