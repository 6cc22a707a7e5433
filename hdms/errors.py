"""What the toolkit raises: one base class, caught once, at the edge (`commands/`, `noxfile.py`)."""


class HdmsError(Exception):
    """A failure that a person can act on.

    Args:
        message: what was expected and what came instead; no secret, no traceback.
        hint: what to do next, usually a command; empty where the message says it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(HdmsError):
    """Input was refused before anything changed (exit code 2)."""

    exit_code = 2


class CommandFailed(HdmsError):
    """A program that the toolkit ran ended with an error."""


class TimedOut(HdmsError):
    """A condition did not come true in time."""


class StartFailed(HdmsError):
    """A component or process ended, or never became ready, at its start."""
