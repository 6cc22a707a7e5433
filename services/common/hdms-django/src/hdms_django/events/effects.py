"""What a service makes of the events that it receives."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class Unusable(Exception):
    """A message can take no effect here, however often it comes; why, in a sentence."""


@dataclass(frozen=True)
class Received:
    """An event as it has come.

    Attributes:
        sender: the service in which it happened.
        position: its place among all of that service's events.
        answers: what is sent back, once the effect is stored, to who asked for it (proof.py).
    """

    id: uuid.UUID
    type: str
    schema: int
    subject: tuple[str, str]
    sender: str
    position: int
    at: datetime
    by: int | None
    before: Any
    after: Any
    reason: str
    answers: list[dict[str, Any]] = field(default_factory=list, compare=False)

    @classmethod
    def parse(cls, body: bytes, sender: str) -> "Received":
        """The event in a message.

        Raises:
            Unusable: there is none.
        """
        try:
            message = json.loads(body)
            kind, identity = message["subject"]
            return cls(
                id=uuid.UUID(message["id"]),
                type=str(message["type"]),
                schema=int(message["schema"]),
                subject=(str(kind), str(identity)),
                sender=sender,
                position=int(message["position"]),
                at=datetime.fromisoformat(message["at"]),
                by=None if message["by"] is None else int(message["by"]),
                before=message["before"],
                after=message["after"],
                reason=str(message["reason"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unusable(f"it is no event: {type(error).__name__}: {error}") from error


Effect = Callable[[Received], None]

_effects: dict[str, tuple[int, Effect]] = {}


def effect(type: str, *, schema: int = 1) -> Callable[[Effect], Effect]:
    """Decorate what an event of this type does here, in one transaction.

    It may be called for an event older than one that has taken effect already: what keeps a state
    compares versions.

    Args:
        schema: the newest version of the event that the function understands.
    """

    def register(function: Effect) -> Effect:
        _effects[type] = (schema, function)
        return function

    return register


def types() -> list[str]:
    """The types of events that have an effect in this service."""
    return sorted(_effects)


def effect_of(received: Received) -> Effect | None:
    """What the event does here; None if nothing.

    Raises:
        Unusable: it is of a newer schema than this service knows.
    """
    if received.type not in _effects:
        return None  # of a binding that an earlier version of this service has left behind
    schema, function = _effects[received.type]
    if received.schema > schema:
        raise Unusable(
            f"{received.type} has schema {received.schema}, this service knows {schema}: "
            "update it, then replay the event"
        )
    return function
