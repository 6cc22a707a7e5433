"""What a check says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

# In the message of every failure that a wrong password causes; the toolkit looks for it.
AUTHENTICATION_FAILED = "authentication failed"

# MISCONF: Redis refuses writes, because it could not write to its disk.
FULL_DISK = ("no space left on device", "misconf")

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

    @property
    def line(self) -> str:
        """The outcome on one line, for a person."""
        return f"{self.status:4}  {self.id:8}  {self.latency_ms:7.1f} ms  {self.message}"


def remedy(error: BaseException, otherwise: str) -> str:
    """What helps against an error that a server answered with; `otherwise` for an unknown one."""
    said = str(error).lower()
    if any(sign in said for sign in FULL_DISK):
        return "free space on the stack's disk: `inv doctor` says how much there is"
    return otherwise
