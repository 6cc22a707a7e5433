"""The keys with which tokens are signed: made when the first is needed, rotated with overlap."""

import base64
import secrets
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from joserfc.jwk import OKPKey

from apps.identity.models import SigningKey
from hdms_django.identity import LIFETIME_SECONDS
from hdms_django.published_keys import KEEP_SECONDS, KeySet

# Every service asks again after KEEP_SECONDS; the front door keeps what it was told a moment, too.
OVERLAP = timedelta(seconds=2 * KEEP_SECONDS)
# What the old key signed last must still be believed.
LAST_TOKENS = timedelta(seconds=LIFETIME_SECONDS + KEEP_SECONDS)
LOOK_AGAIN_SECONDS = 5.0


def rotate(*, at_once: bool = False) -> SigningKey:
    """Make the next key. It signs after OVERLAP, and the present one is believed until then.

    Args:
        at_once: it signs now, and no other is believed: for when one has become known.
    """
    with transaction.atomic():
        _one_at_a_time()
        return _next(timezone.now(), at_once)


def signing() -> OKPKey:
    """The private key that signs now."""
    return _signing.key()


def published() -> KeySet:
    """The public keys: what signs, is about to, or has just done so."""
    now = timezone.now()
    keys = SigningKey.objects.exclude(published_until__lt=now)
    return {"keys": [key.public for key in keys]}


def _next(now: datetime, at_once: bool) -> SigningKey:
    others = SigningKey.objects.all()
    if at_once:
        others.delete()
    others.filter(published_until__lt=now).delete()
    signs_from = now + OVERLAP if _signs(now) else now
    others.filter(published_until=None).update(published_until=signs_from + LAST_TOKENS)
    key_id = secrets.token_hex(8)
    key = OKPKey.generate_key("Ed25519", {"kid": key_id})
    return SigningKey.objects.create(
        key_id=key_id,
        public=key.as_dict(private=False),
        sealed=_box().encrypt(key.as_pem(private=True)).decode(),
        signs_from=signs_from,
    )


def _signs(now: datetime) -> OKPKey | None:
    """The newest key whose time has come, and that can be opened: SECRET_KEY may have changed."""
    for stored in SigningKey.objects.filter(signs_from__lte=now):
        with suppress(InvalidToken):
            return _opened(stored)
    return None


def _opened(stored: SigningKey) -> OKPKey:
    return OKPKey.import_key(_box().decrypt(stored.sealed), {"kid": stored.key_id})


def _box() -> Fernet:
    derived = salted_hmac(__name__, "signing keys", settings.SECRET_KEY, algorithm="sha256")
    return Fernet(base64.urlsafe_b64encode(derived.digest()))


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('apps.identity.keys'))")


class _Signing:
    """The key that signs, kept for LOOK_AGAIN_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[float, OKPKey] | None = None

    def key(self) -> OKPKey:
        with self._lock:
            found = self._found
            if found is None or time.monotonic() - found[0] >= LOOK_AGAIN_SECONDS:
                found = self._found = time.monotonic(), self._look()
            return found[1]

    def forget(self) -> None:
        self._found = None

    def _look(self) -> OKPKey:
        key = _signs(timezone.now())
        if key is not None:
            return key
        with transaction.atomic():
            _one_at_a_time()
            now = timezone.now()
            return _signs(now) or _opened(_next(now, at_once=False))


_signing = _Signing()


def forget() -> None:
    """Look again at the next token, as every process does after LOOK_AGAIN_SECONDS."""
    _signing.forget()
