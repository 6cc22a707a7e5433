"""What is said about one environment variable, and what values it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# What python-dotenv, django-environ, Compose, redis.conf and PgBouncer's user list all read alike.
_PASSWORD = re.compile(r"[A-Za-z0-9!%&()*+,\-./:;<=>?@\[\]^_{|}~]+")
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._/:@-]*")

# What the services' production settings refuse in a key, too (hdms_common.production).
EXAMPLE_WORDS = ("change", "default", "example", "insecure", "secret")
WELL_KNOWN_SECRETS = (
    *("password", "postgres", "changeme", "change-me", "secret", "redis", "rabbitmq", "guest"),
    "admin",
)


@dataclass(frozen=True)
class Variable:
    """One variable of a `.env` file.

    Attributes:
        description: one sentence, without the full stop.
        default: what counts where the variable is absent or empty; None if a value is required.
        expected: the values it takes, in words, for errors and documentation.
        problem: returns what is wrong with a non-empty value, else None.
        secret: never shown.
        generated: `inv env.init` fills in a random value.
        shared: the root variable that `inv env.sync` copies here; None if the value is its own.
        told: the components that must be told when it changes; a service's own processes are
            always told of that service's variables.
        required_in_production: the default is refused there.
        is_key: signs or encrypts; production wants a longer one than of a password.
        is_host_port: a port of this machine, of which each can be taken once.
        source: where the rule comes from.
    """

    name: str
    description: str
    default: str | None = None
    expected: str = "text"
    problem: Callable[[str], str | None] = field(default=lambda _value: None)
    secret: bool = False
    generated: bool = False
    shared: str | None = None
    told: tuple[str, ...] = ()
    required_in_production: bool = False
    is_key: bool = False
    is_host_port: bool = False
    source: str = ""

    @property
    def production_length(self) -> int:
        """Least length of a secret in production, in characters (Django wants 50 of a key)."""
        return 50 if self.is_key else 16


def integer(minimum: int, maximum: int, unit: str = "") -> dict[str, object]:
    """Return the fields of a variable that takes a whole number in a range."""
    expected = f"a whole number from {minimum} to {maximum}{' ' + unit if unit else ''}"

    def problem(value: str) -> str | None:
        # Without a leading zero, so that equal numbers are equal text; and no longer than the
        # largest, since Python refuses to convert thousands of digits.
        is_number = re.fullmatch(r"0|[1-9][0-9]*", value) and len(value) <= len(str(maximum))
        in_range = is_number and minimum <= int(value) <= maximum
        return None if in_range else f"expected {expected}"

    return {"expected": expected, "problem": problem}


def choice(*allowed: str) -> dict[str, object]:
    """Return the fields of a variable that takes one of a few words."""
    expected = "one of " + ", ".join(allowed)
    return {
        "expected": expected,
        "problem": lambda value: None if value in allowed else f"expected {expected}",
    }


def fixed(only: str, reason: str, special: dict[str, str] | None = None) -> dict[str, object]:
    """Return the fields of a variable with a single value that must stand in the file.

    Args:
        reason: why nothing else is allowed.
        special: reasons of their own for tempting wrong values.
    """
    reasons = special or {}
    return {
        "expected": f"{only} (fixed)",
        "problem": lambda value: (
            None if value == only else f"expected {only}: {reasons.get(value, reason)}"
        ),
    }


def identifier() -> dict[str, object]:
    """Return the fields of a variable that names something in PostgreSQL."""
    expected = "up to 63 small letters, digits and underscores, not beginning with a digit"
    return {
        "expected": expected,
        "problem": lambda value: None if _IDENTIFIER.fullmatch(value) else f"expected {expected}",
    }


def image() -> dict[str, object]:
    """Return the fields of a variable that names a container image."""
    expected = "an image's name, e.g. pgbouncer/pgbouncer:latest"
    return {
        "expected": expected,
        "problem": lambda value: None if _IMAGE.fullmatch(value) else f"expected {expected}",
    }


def password() -> dict[str, object]:
    """Return the fields of a secret variable."""
    expected = "letters, digits and any of ! % & ( ) * + , - . / : ; < = > ? @ [ ] ^ _ { | } ~"
    return {
        "expected": expected,
        "problem": lambda value: None if _PASSWORD.fullmatch(value) else f"expected {expected}",
        "secret": True,
    }
