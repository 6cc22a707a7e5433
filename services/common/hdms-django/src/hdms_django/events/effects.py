"""What a service makes of the events that it receives."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hdms_django.events.queues import queue_of


class Unusable(Exception):
    """A message can take no effect here, however often it comes; why, in a sentence."""


@dataclass(frozen=True)
class Received:
    """An event as it has come.

    Attributes:
        sender: the service in which it happened.
        position: its place among all of that service's events.
        answers: what is sent to a queue once the effect is stored: its name, and JSON.
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
    answers: list[tuple[str, dict[str, Any]]] = field(default_factory=list, compare=False)

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

    def tell(self, type: str, subject: tuple[str, int | str], after: Any) -> None:
        """Tell the sender alone of something, once the effect is stored: no event of this service.

        It may not arrive, if this process is killed first: the sender asks again.
        """
        from hdms_django.events.models import Event  # the apps are loaded by now

        kind, identity = subject
        told = Event(
            position=0,
            id=uuid.uuid5(self.id, f"{type} {kind} {identity}"),
            type=type,
            subject_kind=kind,
            subject_id=str(identity),
            after=after,
        )
        self.answers.append((queue_of(self.sender), told.as_message))


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


Chore = Callable[[], object]

chores: list[Chore] = []
starts: list[Chore] = []


def when_idle(function: Chore) -> Chore:
    """Decorate what the worker does about once a second, while no event arrives."""
    chores.append(function)
    return function


def when_the_queue_is_new(function: Chore) -> Chore:
    """Decorate what the worker does before it makes the service's queue.

    That is at its first start, and after RabbitMQ has lost its data: events may have been lost.
    """
    starts.append(function)
    return function


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
