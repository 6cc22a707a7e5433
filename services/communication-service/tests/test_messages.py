"""GET /api/chat/rooms/<room>/messages"""

import pytest
from rest_framework.test import APIClient

from apps.chat.models import Message
from hdms_testing.cast import ALICE, BOB, ClientOf

URL = "/api/chat/rooms/lobby/messages"


def say(body: str, room: str = "lobby") -> Message:
    return Message.objects.create(
        room=room, sender_id=ALICE.id, sender_name=ALICE.username, body=body
    )


def test_a_room_tells_what_was_said_in_order(db: None, client_of: ClientOf) -> None:
    say("hello")
    say("anybody?")

    page = client_of(BOB).get(URL).json()

    assert [message["body"] for message in page["results"]] == ["hello", "anybody?"]


def test_another_rooms_messages_stay_there(db: None, client_of: ClientOf) -> None:
    say("elsewhere", room="attic")

    assert client_of(BOB).get(URL).json()["results"] == []


def test_after_gives_only_what_was_missed(db: None, client_of: ClientOf) -> None:
    heard, missed = say("hello"), say("still there?")

    page = client_of(BOB).get(URL, {"after": heard.pk}).json()

    assert [message["id"] for message in page["results"]] == [missed.pk]


@pytest.mark.parametrize("after", ["-1", "yesterday"])
def test_a_bad_after_is_refused(db: None, after: str, client_of: ClientOf) -> None:
    assert client_of(BOB).get(URL, {"after": after}).status_code == 400


def test_nobody_gets_in_without_a_token(db: None, client: APIClient) -> None:
    assert client.get(URL).status_code == 401
