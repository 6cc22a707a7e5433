"""Whoever is in a room hears all that is said there."""

import asyncio
import json
import uuid

import pytest
import websockets
from clients import ORIGIN, closed, enter, hear, person
from django.db import connection, transaction

from apps.chat import services
from hdms_django.identity import Identity, identify
from hdms_testing.cast import ALICE, BOB

ROOMS = 100
SENTENCES = 2


async def say_and_hear(address: str, room: str, number: int, start: asyncio.Barrier) -> set[str]:
    """Say SENTENCES when everybody is there; return all that was heard of the two in the room."""
    async with websockets.connect(
        f"ws://{address}/ws/chat/{room}/",
        subprotocols=["hdms.chat"],
        additional_headers={"Authorization": f"Bearer {person(number).token}"},
        origin=ORIGIN,
        open_timeout=120,
        proxy=None,
    ) as client:
        await start.wait()
        for sentence in range(SENTENCES):
            await client.send(json.dumps({"body": f"{number}-{sentence}"}))
        heard: set[str] = set()
        try:
            async with asyncio.timeout(120):
                while len(heard) < 2 * SENTENCES:
                    told = json.loads(await client.recv())
                    heard |= {told["body"]} if "body" in told else set()  # else of an outage
        except TimeoutError:
            pass  # the caller sees what is missing
        await start.wait()
    return heard


def test_of_400_messages_at_the_same_moment_none_is_missed(web_server: str) -> None:
    async def all_at_once() -> list[set[str]]:
        start, mark = asyncio.Barrier(2 * ROOMS), uuid.uuid4()
        return await asyncio.gather(
            *(
                say_and_hear(web_server, f"{mark}-{number // 2}", 100 + number, start)
                for number in range(2 * ROOMS)
            )
        )

    heard = asyncio.run(all_at_once())

    expected = [
        {f"{100 + pair + one}-{sentence}" for one in (0, 1) for sentence in range(SENTENCES)}
        for pair in range(0, 2 * ROOMS, 2)
        for _ in (0, 1)
    ]
    assert heard == expected


def test_a_message_of_which_nobody_hints_is_heard_all_the_same(
    web_server: str, room: str, own_connections: None
) -> None:
    with enter(web_server, room, BOB.token) as bob:
        bob.send('{"body": "here"}')
        assert hear(bob)["body"] == "here"  # what is said from now on is new to him

        services.say(room, user(), {"body": "unheralded"})

        assert hear(bob)["body"] == "unheralded"


def test_a_message_whose_transaction_ends_late_is_not_missed(
    web_server: str, room: str, own_connections: None
) -> None:
    with enter(web_server, room, BOB.token) as bob:
        with transaction.atomic():
            services.say(room, user(), {"body": "first"})
            bob.send('{"body": "second"}')
            with pytest.raises(TimeoutError):  # heard now, it would hide the first
                bob.recv(timeout=1)

        assert [hear(bob)["body"], hear(bob)["body"]] == ["first", "second"]


def test_who_does_not_read_is_sent_away_and_the_others_hear_all(
    web_server: str, room: str, own_connections: None
) -> None:
    batches, size = 6, 400  # 9 MiB, more than the server's system sends ahead
    with (
        enter(web_server, room, ALICE.token) as alice,
        enter(web_server, room, BOB.token, buffer=4096) as deaf,
    ):
        for _ in range(batches):
            shout(room, size)
            heard = [hear(alice)["id"] for _ in range(size)]
            assert heard == sorted(heard)

        assert closed(deaf) == 4408


def shout(room: str, messages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_message (room, sender_id, sender_name, body, created_at)"
            " SELECT %s, 1, 'crowd', repeat('x', 4000), now() FROM generate_series(1, %s)",
            [room, messages],
        )


def user() -> Identity:
    return identify(ALICE.token)
