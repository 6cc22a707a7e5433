"""What a service asks of the front door."""

from collections.abc import Mapping
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings

ANSWER_SECONDS = 2.0
LONGEST_ANSWER = 64 * 1024

# Itself, whatever HTTP_PROXY says: the address is one inside.
_opener = build_opener(ProxyHandler({}))


def ask(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """What it answers to a GET; raises OSError where it does not, or with an error."""
    request = Request(f"{settings.FRONT_DOOR_URL}{path}", headers=dict(headers or {}))  # noqa: S310
    with _opener.open(request, timeout=ANSWER_SECONDS) as answer:
        return bytes(answer.read(LONGEST_ANSWER))
