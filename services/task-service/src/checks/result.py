"""What a check has shown, and what became of it."""

from dataclasses import dataclass, field
from typing import Literal

# Seconds that one check may take.
LIMIT_SECONDS = 5.0

Measurement = str | int | float


@dataclass(frozen=True)
class Proof:
    """What a check that passed has shown."""

    message: str
    measurements: dict[str, Measurement] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of the check `id`; `hint` is empty when it passed."""

    id: str
    status: Literal["pass", "fail"]
    message: str
    hint: str = ""
    latency_ms: float = 0.0
    measurements: dict[str, Measurement] = field(default_factory=dict)
