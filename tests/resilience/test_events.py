"""What the services tell each other, told again where it was lost or took no effect."""

import json
import uuid
from collections.abc import Callable

import pytest
from conftest import Whole

from hdms import events
from hdms.catalog import EVENT_WORKERS, find_service
from hdms.components.postgres import database
from hdms.errors import InvalidInput
from hdms.events import DIRECTORY_OWNER
from hdms.load.user import User
from hdms.wait import wait_until

PATIENCE_SECONDS = 60.0
KEEPERS = [name for name in EVENT_WORKERS if name != DIRECTORY_OWNER]


def ask(whole: Whole, statement: str, *values: object) -> list[tuple[object, ...]]:
    with database(whole.environment, whole.address("pgbouncer")) as db:
        cursor = db.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def known(whole: Whole, service: str, user: User) -> bool:
    schema = find_service(service).role
    query = f"SELECT 1 FROM {schema}.directory_person WHERE id = %s"  # noqa: S608 - our own name
    return bool(ask(whole, query, user.get("user-service", "/api/accounts/me")["id"]))


@pytest.mark.parametrize("service", KEEPERS)
def test_who_registers_is_known_everywhere(whole: Whole, user: User, service: str) -> None:
    wait_until(lambda: known(whole, service, user), "the event", PATIENCE_SECONDS)


def test_a_directory_that_was_lost_is_told_again(whole: Whole, user: User) -> None:
    ask(whole, "DELETE FROM ticket_service.directory_person")

    told = events.rebuild(whole.engine, whole.environment, "ticket", print)

    assert told["people"] > 0
    assert known(whole, "ticket-service", user)


def test_a_queue_that_rabbitmq_lost_has_the_directory_told_again(
    whole: Whole, new_user: Callable[[], User]
) -> None:
    whole.engine.down(["ticket-worker"], print)
    whole.engine.run(
        whole.environment,
        "ticket-service",
        ["python", "manage.py", "shell", "--no-imports", "--command", DELETE_QUEUE],
        timeout=PATIENCE_SECONDS,
    )
    missed = new_user()
    wait_until(lambda: known(whole, "file-service", missed), "the event", PATIENCE_SECONDS)
    assert not known(whole, "ticket-service", missed)

    whole.engine.up(whole.environment, ["ticket-worker"], print)

    wait_until(lambda: known(whole, "ticket-service", missed), "all to be told", PATIENCE_SECONDS)


DELETE_QUEUE = """
from hdms_django.events import broker
with broker.channel_for("test") as channel:
    channel.queue_delete("events.ticket-service")
"""


def test_a_dead_event_is_shown_with_its_reason_and_replayed(whole: Whole) -> None:
    identity = str(uuid.uuid4())
    insert = (
        "INSERT INTO user_service.event (id, type, schema, subject_kind, subject_id, at, after,"
        " reason, request_id) VALUES (%s, 'person.changed', 99, 'person', '1', now(), %s, '', '')"
    )
    ask(whole, insert, identity, json.dumps({}))

    def dead() -> list[str]:
        found = events.status(whole.engine, whole.environment, print)
        return [
            f"{waiting.service}: {letter.reason}"
            for waiting in found
            for letter in waiting.dead
            if letter.id == identity
        ]

    wait_until(lambda: len(dead()) == len(KEEPERS), "all to put it aside", PATIENCE_SECONDS)
    assert all("has schema 99, this service knows 1" in reason for reason in dead())

    done = events.replay(whole.engine, whole.environment, identity, print)

    # In vain: nobody knows schema 99 yet. But nothing is lost, and the sender sends it again.
    assert dict(done) == {
        **dict.fromkeys(KEEPERS, "a dead letter"),
        DIRECTORY_OWNER: "sent to all again",
    }


@pytest.mark.parametrize("identity", ["", "7", "x" * 1000, str(uuid.uuid4())])
def test_an_event_that_nobody_knows_is_not_replayed(whole: Whole, identity: str) -> None:
    with pytest.raises(InvalidInput, match=r"is no event's id|no service knows an event"):
        events.replay(whole.engine, whole.environment, identity, print)
