"""What a check returns; printing it is `hdms/report.py`'s work."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hdms.errors import HdmsError

CHECKS = ("db", "cache", "events", "celery", "channels", "queue", "health")
PASS, FAIL = "pass", "fail"


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one proof.

    Attributes:
        subject: the service or component that it is about.
        check: one of CHECKS.
        status: "pass" or "fail".
        message: what was found.
        hint: for a failure, the remedy; usually a command.
        latency_ms: how long the proven thing took, in milliseconds.
        measurements: what else was measured, by name.
    """

    subject: str
    check: str
    status: str
    message: str
    hint: str = ""
    latency_ms: float = 0.0
    measurements: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Stable name, e.g. `user-service/db`."""
        return f"{self.subject}/{self.check}"

    @property
    def passed(self) -> bool:
        """Whether the proof succeeded."""
        return self.status == PASS

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {"id": self.id, **self.__dict__}


class CheckFailed(Exception):
    """A proof did not succeed."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


Proof = Callable[[], tuple[str, dict[str, Any]]]
"""Returns what it found and measured; raises `CheckFailed` (or anything else) if it fails."""


def outcome(subject: str, check: str, proof: Proof) -> CheckResult:
    """Run a proof and return its result; a crash is a failed result."""
    start = time.monotonic()
    try:
        message, measurements = proof()
        status, hint = PASS, ""
    except (CheckFailed, HdmsError) as failure:
        message, hint, status, measurements = failure.message, failure.hint, FAIL, {}
    except Exception as error:
        message, hint, status, measurements = f"{type(error).__name__}: {error}", "", FAIL, {}
    latency = round((time.monotonic() - start) * 1000, 2)
    return CheckResult(subject, check, status, message, hint, latency, measurements)
