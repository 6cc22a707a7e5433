"""One service's environment variables: from the process, else from the service's `.env`."""

import os
from pathlib import Path

from dotenv import load_dotenv


class InvalidEnvironment(SystemExit):
    """A variable is missing or unusable; the process ends with this one line and exit code 1.

    A SystemExit, so that manage.py, gunicorn, uvicorn and Celery alike, all of which import the
    settings, end with the line instead of a traceback or a restart loop.
    """


class Environment:
    """Typed access to the variables of `service`.

    `dotenv` is the service's `.env`, unless HDMS_ENV_FILE names another (a second stack has its
    own); what the process already has wins over it. Every reader raises InvalidEnvironment for a
    value that it cannot use.
    """

    def __init__(self, service: str, dotenv: Path) -> None:
        self.service = service
        self._dotenv = Path(os.environ.get("HDMS_ENV_FILE") or dotenv)
        # Not interpolated: a generated password may hold "$".
        load_dotenv(self._dotenv, override=False, interpolate=False)

    def required(self, name: str) -> str:
        """The value of `name`, which must be set and not empty."""
        value = os.environ.get(name, "")
        if not value:
            raise self.invalid(name, "is not set")
        return value

    def text(self, name: str, default: str) -> str:
        """The value of `name`; `default` where it is not set or empty."""
        return os.environ.get(name) or default

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """The whole number in `name`, from `least` to `most`."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise self.invalid(name, f"is {value!r}: expected a whole number, {least} to {most}")
        return int(value)

    def words(self, name: str, default: list[str]) -> list[str]:
        """The comma-separated values of `name`."""
        value = os.environ.get(name, "")
        return [word.strip() for word in value.split(",") if word.strip()] or default

    def invalid(self, name: str, reason: str) -> InvalidEnvironment:
        """The error for `name`, to be raised; `reason` completes the sentence "NAME ..."."""
        return InvalidEnvironment(
            f"{self.service}: {name} {reason}; set it in {self._dotenv} (`inv env.init` writes one)"
        )
