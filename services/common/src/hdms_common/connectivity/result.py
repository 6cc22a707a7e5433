"""What a check says, and how it is run."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings

# In the message of every failure that a wrong password causes.
AUTHENTICATION_FAILED = "authentication failed"

Measurement = str | int | float


@dataclass(frozen=True)
class Proof:
    """What a check that passed has shown."""

    message: str
    measurements: dict[str, Measurement] = field(default_factory=dict)


class CheckFailed(Exception):
    """A check's expected failure: what is wrong, and `hint`, the remedy."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


Check = Callable[[], Proof]


@dataclass(frozen=True)
class CheckResult:
    """The outcome of the check `id`; `hint` is empty when it passed."""

    id: str
    status: Literal["pass", "fail"]
    message: str
    hint: str = ""
    latency_ms: float = 0.0
    measurements: dict[str, Measurement] = field(default_factory=dict)


def run(check_id: str, check: Check) -> CheckResult:
    """Run one check. Never raises: a check that crashes is a failed result."""
    start = time.perf_counter()
    try:
        proof = check()
    except CheckFailed as failure:
        return CheckResult(check_id, "fail", str(failure), failure.hint, _elapsed_ms(start))
    except Exception as error:
        message = redact(f"{settings.SERVICE}: the check crashed: {type(error).__name__}: {error}")
        hint = "this is a defect of the check: please report it"
        return CheckResult(check_id, "fail", message, hint, _elapsed_ms(start))
    return CheckResult(check_id, "pass", proof.message, "", _elapsed_ms(start), proof.measurements)


def redact(text: str) -> str:
    """`text` without the service's secrets, for messages that others have worded."""
    secrets = (
        settings.DATABASES["default"]["PASSWORD"],
        unquote(urlsplit(settings.CACHES["default"]["LOCATION"]).password or ""),
        settings.SECRET_KEY,
        settings.SIMPLE_JWT["SIGNING_KEY"],
    )
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def _elapsed_ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
