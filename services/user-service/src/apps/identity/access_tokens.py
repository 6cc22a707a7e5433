"""Access tokens: made, and recognised."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from apps.identity.models import AccessToken

BEGINNING = "hdms_"
SHOWN = 12  # characters by which people recognise theirs
NOTED_AFTER = timedelta(minutes=1)  # not every use is a write


def make(
    person: AbstractBaseUser, name: str, scope: str, expires_at: datetime
) -> tuple[AccessToken, str]:
    """Make a token; returns what is stored, and the token itself, which nobody can get again."""
    token = BEGINNING + secrets.token_urlsafe(32)
    stored = AccessToken.objects.create(
        person_id=person.pk,
        name=name,
        scope=scope,
        prefix=token[:SHOWN],
        digest=_digest(token),
        expires_at=expires_at,
    )
    return stored, token


def recognise(token: str) -> AccessToken | None:
    """What is stored of a token that is good now, of an active person; notes that it is used."""
    now = timezone.now()
    good = AccessToken.objects.filter(expires_at__gt=now, person__is_active=True)
    # 256 bits by chance: no guess succeeds, so nothing slow is needed to keep it.
    found = good.select_related("person").filter(digest=_digest(token)).first()
    if found and (found.last_used_at is None or now - found.last_used_at > NOTED_AFTER):
        AccessToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="backslashreplace")).hexdigest()
