"""The public keys with which user-service's tokens are checked, as user-service publishes them.

They are kept: user-service may be away. Whoever invents key ids makes nobody ask more often.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from hdms_common.log import once_a_minute
from hdms_django import front_door

PATH = "/.well-known/jwks.json"
KEEP_SECONDS = 30.0  # so long counts a key that was withdrawn
AGAIN_SECONDS = 1.0

KeySet = dict[str, Any]
"""A JSON Web Key Set (RFC 7517 5)."""

logger = logging.getLogger(__name__)


class NoKeys(Exception):
    """The keys are not known now, so nothing can be said of a token."""


class PublishedKeys:
    """Keys by their ids, asked for again when they are old or an id is unknown."""

    def __init__(self, fetch: Callable[[], KeySet]) -> None:
        """Args: `fetch` returns the key set; raises OSError or ValueError where it cannot."""
        self._fetch = fetch
        self._keys: dict[str, OKPKey] = {}
        self._asked_at = float("-inf")
        self._answered = False  # when last asked
        self._asking = threading.Lock()

    def get(self, key_id: str) -> OKPKey | None:
        """The key with this id; None if there is none.

        Raises NoKeys if it is unknown, and whoever knows all of them does not answer.
        """
        known = key_id in self._keys
        patience = KEEP_SECONDS if known else AGAIN_SECONDS
        # Who has a key does not wait for another thread that asks.
        if self._is_older_than(patience) and self._asking.acquire(blocking=not known):
            try:
                if self._is_older_than(patience):
                    self._ask()
            finally:
                self._asking.release()
        if key_id not in self._keys and not self._answered:
            raise NoKeys
        return self._keys.get(key_id)

    def _is_older_than(self, seconds: float) -> bool:
        return time.monotonic() - self._asked_at >= seconds

    def _ask(self) -> None:
        try:
            keys = [OKPKey.import_key(key) for key in self._fetch()["keys"]]
            self._keys = {str(key.kid): key for key in keys}
            self._answered = True
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            self._answered = False
            told = once_a_minute("published keys")
            logger.error("the keys of user-service cannot be had: %s", error, extra=told)
        self._asked_at = time.monotonic()


def fetched() -> KeySet:
    """The key set as the front door has it. Raises OSError or ValueError."""
    found: KeySet = json.loads(front_door.ask(PATH))
    return found
