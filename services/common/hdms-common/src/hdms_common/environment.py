"""One service's variables: the process has them, a file of their own, or the `.env`."""

import os
from pathlib import Path

from dotenv import dotenv_values

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class InvalidEnvironment(SystemExit):
    """A variable is missing or unusable; the process ends with this one line and exit code 1.

    A SystemExit, so that manage.py, gunicorn, uvicorn and Celery alike, all of which import the
    settings, end with the line instead of a traceback or a restart loop.
    """


class Environment:
    """Typed access to the variables of `service`.

    `dotenv` is the service's `.env`, unless HDMS_ENV_FILE names another (a second stack has its
    own); what the process already has wins over it. Between the two comes the file that NAME_FILE
    names, as a container has it. What is read stays here: in the process's own environment, every
    program that it starts would have the secrets, too. Every reader raises InvalidEnvironment for
    a value that it cannot use.
    """

    def __init__(self, service: str, dotenv: Path) -> None:
        self.service = service
        self._dotenv = Path(os.environ.get("HDMS_ENV_FILE") or dotenv)
        # Not interpolated: a generated password may hold "$".
        self._written = dotenv_values(self._dotenv, interpolate=False)

    def required(self, name: str) -> str:
        """The value of `name`, which must be set and not empty."""
        value = self._value(name)
        if not value:
            raise self.invalid(name, "is not set")
        return value

    def text(self, name: str, default: str) -> str:
        """The value of `name`; `default` where it is not set or empty."""
        return self._value(name) or default

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """The whole number in `name`, from `least` to `most`."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise self.invalid(name, f"is {value!r}: expected a whole number, {least} to {most}")
        return int(value)

    def log_level(self) -> str:
        """LOG_LEVEL, one of logging's; INFO where it is not set."""
        level = self.text("LOG_LEVEL", "INFO").upper()
        if level not in LOG_LEVELS:
            expected = ", ".join(LOG_LEVELS)
            raise self.invalid("LOG_LEVEL", f"is {level!r}: expected one of {expected}")
        return level

    def words(self, name: str, default: list[str]) -> list[str]:
        """The comma-separated values of `name`."""
        value = self._value(name)
        return [word.strip() for word in value.split(",") if word.strip()] or default

    def _value(self, name: str) -> str:
        if name in os.environ:
            return os.environ[name]
        file = os.environ.get(f"{name}_FILE")
        if file:
            try:
                return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise self.invalid(f"{name}_FILE", f"={file} cannot be read: {error}") from None
        return self._written.get(name) or ""

    def invalid(self, name: str, reason: str) -> InvalidEnvironment:
        """The error for `name`, to be raised; `reason` completes the sentence "NAME ..."."""
        return InvalidEnvironment(
            f"{self.service}: {name} {reason}; set it in {self._dotenv} (`inv env.init` writes one)"
        )
