"""How often somebody may try to sign in, and how many try at the same moment.

A device from which its owner has signed in before has attempts of its own: whoever knows a name
can use up the others', and lock out no more than devices that are as unknown.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from apps.sign_in import devices

OF_A_KNOWN_DEVICE = {"sign_in": "10/m/key"}
OF_STRANGERS = {"sign_in": "40/m/ip,10/m/key"}  # an office shares an address
AT_ONCE = 2


class TooManyAttempts(Exception):
    """Not now, whether the password is right or not."""


def count_attempt(request: HttpRequest, name: str) -> None:
    """Count an attempt to sign in with this name; raises TooManyAttempts."""
    key = devices.name_key(name)
    device = devices.known(request, key)
    allowed = ratelimit.consume(
        request,
        app="apps.sign_in",
        action="sign_in",
        config=OF_A_KNOWN_DEVICE if device else OF_STRANGERS,
        # Of any name, a text that can be encoded.
        key=ascii(device or f"{ratelimit.get_ip(request)} {key}"),
    )
    if not allowed:
        raise TooManyAttempts


_places = threading.BoundedSemaphore(AT_ONCE)
_hashing = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Check passwords in here: one after the other in a process, few wait, the rest are refused.

    Each check takes argon2's 100 MB and a tenth of a second of a core. Whoever waits holds a
    thread, of which others need some. Raises TooManyAttempts.
    """
    if not _places.acquire(blocking=False):
        raise TooManyAttempts
    try:
        with _hashing:
            yield
    finally:
        _places.release()
