"""The services' events: what waits, what is dead and why, and once more.

Each service is asked in its own environment (`manage.py events`), side by side.
"""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from hdms.catalog import EVENT_WORKERS, find_service
from hdms.engines.base import Announce, Engine
from hdms.environment.environment import Environment
from hdms.errors import InvalidInput
from hdms.manage import ask

ASK_SECONDS = 40.0
REBUILD_SECONDS = 90.0
DIRECTORY_OWNER = "user-service"


@dataclass(frozen=True)
class DeadLetter:
    """An event that could take no effect in a service."""

    id: str
    type: str
    sender: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """What waits in a service.

    Attributes:
        to_send: events that RabbitMQ has not confirmed yet.
        oldest_seconds: for how long the oldest of them has waited.
        to_take: events of all services that wait in its queue.
        consumers: how many workers take from the queue, of which one works.
        dead: those that were put aside.
    """

    service: str
    to_send: int
    oldest_seconds: float
    to_take: int
    consumers: int
    dead: tuple[DeadLetter, ...]


def status(engine: Engine, environment: Environment, announce: Announce) -> list[Waiting]:
    """Return what waits, in the catalog's order.

    Raises:
        HdmsError: a service could not be asked: PgBouncer or RabbitMQ is away.
    """
    answers = _ask_all(engine, environment, ["status"], announce)
    return [_waiting(service, answer) for service, answer in answers]


def replay(
    engine: Engine, environment: Environment, event_id: str, announce: Announce
) -> list[tuple[str, str]]:
    """Let an event take effect where it is dead; else send it once more from where it happened.

    Where it has taken effect already, it takes none again.

    Returns:
        Service -> what was done there.

    Raises:
        InvalidInput: it is no event's id, or of none that is known.
    """
    try:
        event_id = str(uuid.UUID(event_id))
    except ValueError:
        raise InvalidInput(
            f"{event_id!r} is no event's id",
            "expected one such as 7d444840-9dc0-11d1-b245-5ffdce74fad2; see inv events.status",
        ) from None
    answers = _ask_all(engine, environment, ["replay", event_id], announce)
    done = [(service, str(answer["replayed"])) for service, answer in answers]
    if not any(what for _, what in done):
        raise InvalidInput(f"no service knows an event {event_id}", "inv events.status")
    return [(service, what) for service, what in done if what]


def rebuild(
    engine: Engine, environment: Environment, service: str, announce: Announce
) -> dict[str, int]:
    """Have user-service tell a service all people and departments again, while both run.

    Returns:
        How many of each the service has now.

    Raises:
        InvalidInput: the service keeps no directory.
        HdmsError: it took too long, or PgBouncer or RabbitMQ is away.
    """
    name = find_service(service).name
    if name not in EVENT_WORKERS or name == DIRECTORY_OWNER:
        known = ", ".join(each for each in EVENT_WORKERS if each != DIRECTORY_OWNER)
        raise InvalidInput(f"{name} keeps no copy of the directory", f"those that do: {known}")
    engine.prepare([name], announce)
    announce(f"{DIRECTORY_OWNER} tells {name} of all people and departments")
    return ask(engine, environment, name, ["directory", "rebuild"], REBUILD_SECONDS)


def _ask_all(
    engine: Engine, environment: Environment, words: Sequence[str], announce: Announce
) -> list[tuple[str, dict[str, Any]]]:
    engine.prepare(list(EVENT_WORKERS), announce)

    def answer(name: str) -> tuple[str, dict[str, Any]]:
        return name, ask(engine, environment, name, ["events", *words], ASK_SECONDS)

    with ThreadPoolExecutor(max_workers=len(EVENT_WORKERS)) as pool:
        return list(pool.map(answer, EVENT_WORKERS))


def _waiting(service: str, answer: dict[str, Any]) -> Waiting:
    dead = tuple(DeadLetter(**letter) for letter in answer.pop("dead"))
    return Waiting(service=service, dead=dead, **answer)
