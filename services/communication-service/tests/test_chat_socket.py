"""The WebSocket /ws/chat/<room>/, on the service's own web server."""

import json
from urllib.request import Request, urlopen

import pytest
from clients import enter, hear
from websockets.exceptions import InvalidStatus

from hdms_testing import identity
from hdms_testing.cast import ALICE, BOB


def test_what_one_says_everybody_in_the_room_hears(web_server: str, room: str) -> None:
    with enter(web_server, room, ALICE.token) as alice, enter(web_server, room, BOB.token) as bob:
        alice.send('{"body": "my screen is blue"}')

        for client in (alice, bob):
            message = hear(client)
            assert (message["body"], message["sender_name"]) == ("my screen is blue", "alice")


def test_what_is_said_is_stored(web_server: str, room: str) -> None:
    with enter(web_server, room, ALICE.token) as alice:
        alice.send('{"body": "for the record"}')
        heard = hear(alice)

    request = Request(
        f"http://{web_server}/api/chat/rooms/{room}/messages",
        headers={"Authorization": f"Bearer {BOB.token}"},
    )
    with urlopen(request) as response:
        assert json.load(response)["results"] == [heard]


def test_who_may_only_read_opens_no_socket(web_server: str, room: str) -> None:
    token = identity.token(ALICE.id, ALICE.username, scope="read")

    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, room, token)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_nobody_gets_in_without_a_valid_token(web_server: str, room: str, token: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, room, token)


def test_a_client_must_speak_the_chat_protocol(web_server: str, room: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, room, ALICE.token, chat=False)


def test_a_room_with_too_long_a_name_does_not_open(web_server: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, "r" * 65, ALICE.token)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[", "null"])
def test_another_sites_page_does_not_get_in(web_server: str, room: str, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, room, ALICE.token, origin=origin)


def test_a_program_which_sends_no_origin_gets_in_with_a_token_alone(
    web_server: str, room: str
) -> None:
    with enter(web_server, room, ALICE.token, origin=None) as program:
        program.send('{"body": "beep"}')
        assert hear(program)["body"] == "beep"

    with pytest.raises(InvalidStatus, match="403"):
        enter(web_server, room, "nonsense", origin=None)


@pytest.mark.parametrize(
    "said", ["{}", '{"body": ""}', '{"body": null}', "[]", "not json", "[" * 60_000]
)
def test_nonsense_is_answered_to_its_sender_and_the_room_goes_on(
    web_server: str, room: str, said: str
) -> None:
    with enter(web_server, room, ALICE.token) as alice:
        alice.send(said)
        assert "error" in hear(alice)

        alice.send('{"body": "sorry"}')
        assert hear(alice)["body"] == "sorry"


@pytest.mark.parametrize("said", ['{"body": NaN}', '{"body": 1}', '{"body": true}'])
def test_what_is_no_text_does_not_become_one(web_server: str, room: str, said: str) -> None:
    with enter(web_server, room, ALICE.token) as alice:
        alice.send(said)

        assert "error" in hear(alice)
