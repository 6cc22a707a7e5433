"""Who proves that the chat works (`inv verify.channels`): this service itself, and no person.

It has no person's token, and could have none where user-service is away. So it signs, with its own
SECRET_KEY, that it talks to itself; its number is nobody's, and the front door passes this on
from nobody.
"""

import time

from django.core import signing

from hdms_django.identity import Identity

SCHEME = "Proof"
SALT = "apps.chat.proof"
SECONDS = 60
NOBODYS = 2**62  # people are counted from 1


def headers(name: str, number: int) -> dict[str, str]:
    """What opens a WebSocket as one of several who prove it, told apart by their numbers from 0."""
    token = signing.dumps({"name": name, "number": number}, salt=SALT)
    return {"Authorization": f"{SCHEME} {token}"}


def read(token: str) -> Identity | None:
    """Who bears it; None if it is not of this service, or old."""
    try:
        told = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    return Identity(NOBODYS + int(told["number"]), told["name"], time.time() + SECONDS)
