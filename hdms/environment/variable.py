"""What is said about one environment variable, and what values it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

# What python-dotenv, django-environ, Compose, redis.conf and PgBouncer's user list all read alike.
# These patterns are read by awk, too (config/check-env).
_PASSWORD = r"[]A-Za-z0-9!%&()*+,./:;<=>?@[^_{|}~-]+"  # noqa: S105 - no secret
_IDENTIFIER = r"[a-z_][a-z0-9_]*"
LONGEST_IDENTIFIER = 63
_NUMBER = r"0|[1-9][0-9]*"
# PgBouncer cannot log in to PostgreSQL with 2,048 and more; each of the others takes this many.
LONGEST_PASSWORD = 1000

_VERSION = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
LONGEST_VERSION = 128
_NETWORK = r"[0-9a-fA-F:.]+(/[0-9]+)?"
_IMAGE = r"[a-z0-9][A-Za-z0-9._/:@-]*"

# What the services' production settings refuse in a key, too (hdms_django.production).
EXAMPLE_WORDS = ("change", "default", "example", "insecure", "secret")
WELL_KNOWN_SECRETS = (
    *("password", "postgres", "changeme", "change-me", "secret", "redis", "rabbitmq", "guest"),
    "admin",
)


@dataclass(frozen=True)
class Rule:
    """What a value is, as data: for who checks a `.env` without this toolkit.

    Attributes:
        pattern: all of the value, as a regular expression of Python's and awk's.
        longest: in characters; 0 where there is no limit.
        span: the least and the most of a number.
        reserved: what it may not be, as a regular expression; empty where it may be anything.
    """

    pattern: str
    longest: int = 0
    span: tuple[int, int] | None = None
    reserved: str = ""


@dataclass(frozen=True)
class Variable:
    """One variable of a `.env` file.

    Attributes:
        description: one sentence, without the full stop.
        default: what counts where the variable is absent or empty; None if a value is required.
        expected: the values it takes, in words, for errors and documentation.
        only: the single value that it may have; None where there are several.
        problem: returns what is wrong with a non-empty value, else None.
        rule: the same as data; None where `problem` alone knows it.
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
    only: str | None = None
    problem: Callable[[str], str | None] = field(default=lambda _value: None)
    rule: Rule | None = None
    secret: bool = False
    generated: bool = False
    shared: str | None = None
    told: tuple[str, ...] = ()
    required_in_production: bool = False
    is_key: bool = False
    is_host_port: bool = False
    source: str = ""

    @classmethod
    def of(cls, name: str, description: str, rule: dict[str, Any], **fields: Any) -> "Variable":
        """Return a variable with the fields of a rule, e.g. `integer(1, 9)`, and others."""
        return cls(name, description, **{**rule, **fields})

    @property
    def production_length(self) -> int:
        """Least length of a secret in production, in characters (Django wants 50 of a key)."""
        return 50 if self.is_key else 16


def host_port(name: str, what: str, default: int, told: tuple[str, ...] = ()) -> Variable:
    """Return the variable of a port of this machine.

    Args:
        what: what is reached there.
    """
    return Variable.of(
        name,
        f"Port on this machine's loopback address where {what} is reached",
        integer(1024, 65535),
        default=str(default),
        told=told,
        is_host_port=True,
    )


def integer(minimum: int, maximum: int, unit: str = "") -> dict[str, Any]:
    """Return the fields of a variable that takes a whole number in a range."""
    expected = f"a whole number from {minimum} to {maximum}{' ' + unit if unit else ''}"

    def problem(value: str) -> str | None:
        # Without a leading zero, so that equal numbers are equal text; and no longer than the
        # largest, since Python refuses to convert thousands of digits.
        is_number = re.fullmatch(_NUMBER, value) and len(value) <= len(str(maximum))
        in_range = is_number and minimum <= int(value) <= maximum
        return None if in_range else f"expected {expected}"

    return {
        "expected": expected,
        "problem": problem,
        "rule": Rule(_NUMBER, longest=len(str(maximum)), span=(minimum, maximum)),
    }


def choice(*allowed: str) -> dict[str, Any]:
    """Return the fields of a variable that takes one of a few words."""
    expected = "one of " + ", ".join(allowed)
    return {
        "expected": expected,
        "problem": lambda value: None if value in allowed else f"expected {expected}",
        "rule": Rule("|".join(map(re.escape, allowed))),
    }


def fixed(only: str, reason: str, special: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the fields of a variable with a single value that must stand in the file.

    Args:
        reason: why nothing else is allowed.
        special: reasons of their own for tempting wrong values.
    """
    reasons = special or {}
    return {
        "expected": f"{only} (fixed)",
        "only": only,
        "problem": lambda value: (
            None if value == only else f"expected {only}: {reasons.get(value, reason)}"
        ),
    }


def identifier(reserved: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a variable that names something in PostgreSQL.

    Args:
        reserved: names with a meaning of their own; `pg_*` is each that begins with `pg_`.
    """
    expected = "up to 63 small letters, digits and underscores, not beginning with a digit"
    if reserved:
        expected += f", and none of {', '.join(reserved)}"

    def problem(value: str) -> str | None:
        is_name = re.fullmatch(_IDENTIFIER, value) and len(value) <= LONGEST_IDENTIFIER
        is_free = is_name and not re.fullmatch(rule.reserved, value)
        return None if is_free else f"expected {expected}"

    taken = "|".join(reserved).replace("*", ".*")
    rule = Rule(_IDENTIFIER, longest=LONGEST_IDENTIFIER, reserved=taken)
    return {"expected": expected, "problem": problem, "rule": rule}


def image() -> dict[str, Any]:
    """Return the fields of a variable that names a container image."""
    expected = "an image's name, e.g. pgbouncer/pgbouncer:latest"
    return {
        "expected": expected,
        "problem": lambda value: None if re.fullmatch(_IMAGE, value) else f"expected {expected}",
        "rule": Rule(_IMAGE),
    }


def network() -> dict[str, Any]:
    """Return the fields of a variable that is an IP address or network."""
    expected = "an address or a network, e.g. 127.0.0.1 or 10.1.0.0/16"

    def problem(value: str) -> str | None:
        try:
            ip_network(value)
        except ValueError:
            return f"expected {expected}"
        return None

    return {"expected": expected, "problem": problem, "rule": Rule(_NETWORK)}


def version() -> dict[str, Any]:
    """Return the fields of a variable that is the tag of container images."""
    expected = "up to 128 letters, digits, dots, dashes and underscores, e.g. 1.4.2"

    def problem(value: str) -> str | None:
        is_tag = re.fullmatch(_VERSION, value) and len(value) <= LONGEST_VERSION
        return None if is_tag else f"expected {expected}"

    return {"expected": expected, "problem": problem, "rule": Rule(_VERSION, LONGEST_VERSION)}


def password() -> dict[str, Any]:
    """Return the fields of a secret variable."""
    signs = "! % & ( ) * + , - . / : ; < = > ? @ [ ] ^ _ { | } ~"
    expected = f"up to {LONGEST_PASSWORD} letters, digits and any of {signs}"

    def problem(value: str) -> str | None:
        if len(value) > LONGEST_PASSWORD:
            return f"expected up to {LONGEST_PASSWORD} characters, found {len(value)}"
        return None if re.fullmatch(_PASSWORD, value) else f"expected {expected}"

    rule = Rule(_PASSWORD, longest=LONGEST_PASSWORD)
    return {"expected": expected, "problem": problem, "rule": rule, "secret": True}
