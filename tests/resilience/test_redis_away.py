"""Redis is stopped: what still works, and what is said of the rest."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Whole
from websockets.sync.client import ClientConnection

from hdms import connections
from hdms.catalog import SERVICES
from hdms.connections import http_get
from hdms.load.chat import Chat
from hdms.load.user import User
from hdms.wait import wait_until

READS = [
    ("user-service", "/api/accounts/me"),
    ("ticket-service", "/api/tickets/"),
    ("communication-service", "/api/chat/rooms/lobby/messages"),
    ("communication-service", "/api/notifications/"),
    ("file-service", "/api/files/"),
]


@pytest.fixture(scope="class")
def redis_away(whole: Whole) -> Iterator[None]:
    whole.engine.down(["redis"], print)
    yield
    whole.engine.up(whole.environment, ["redis"], print)


@pytest.fixture
def chat(whole: Whole, user: User) -> Chat:
    return Chat("test", user, lambda: whole.address("communication-service"))


def hear(socket: ClientConnection) -> dict[str, Any]:
    heard = json.loads(socket.recv(timeout=20))
    assert isinstance(heard, dict)
    return heard


@pytest.mark.usefixtures("redis_away")
class TestMeanwhile:
    @pytest.mark.parametrize(("service", "path"), READS)
    def test_every_read_is_answered(self, user: User, service: str, path: str) -> None:
        user.get(service, path)  # raises where the status is not a success

    @pytest.mark.parametrize("service", [s.name for s in SERVICES if "redis" in s.needs])
    def test_a_service_lives_and_says_that_it_is_not_ready(
        self, whole: Whole, service: str
    ) -> None:
        assert http_get(whole.address(service), "/health/live")[0] == 200
        status, body = http_get(whole.address(service), "/health/ready")
        assert status == 503
        assert json.loads(body)["dependencies"]["cache"]["status"] == "down"

    def test_a_thousand_misses_are_a_line_in_the_log_not_a_thousand(
        self, whole: Whole, user: User
    ) -> None:
        def lines() -> int:
            return sum("Redis" in line for line in whole.engine.logs("user-service", 500, False))

        before = lines()
        for _ in range(100):
            user.get("user-service", "/api/accounts/me")

        # One from each of its two processes.
        assert lines() - before <= 2

    def test_who_enters_the_chat_is_told_and_what_they_say_is_stored(
        self, user: User, chat: Chat
    ) -> None:
        with chat.enter() as socket:
            assert hear(socket)["event"] == "degraded"
            socket.send('{"body": "is anybody there?"}')
            message = hear(socket)

        stored = user.get("communication-service", "/api/chat/rooms/test/messages")["results"]
        assert message in stored


def test_an_open_chat_is_told_of_the_outage_and_of_its_end(
    whole: Whole, user: User, chat: Chat
) -> None:
    with chat.enter() as alice, chat.enter() as bob:
        alice.send('{"body": "before"}')
        before = hear(alice)
        assert hear(bob) == before
        whole.engine.down(["redis"], print)
        try:
            assert [hear(alice)["event"], hear(bob)["event"]] == ["degraded", "degraded"]
            alice.send('{"body": "meanwhile"}')
            meanwhile = hear(alice)
        finally:
            whole.engine.up(whole.environment, ["redis"], print)
        recovered = hear(bob)
        assert (recovered["event"], recovered["after"]) == ("recovered", before["id"])
        assert hear(alice)["event"] == "recovered"
        alice.send('{"body": "there you are"}')
        assert hear(bob)["body"] == hear(alice)["body"] == "there you are"

    path = f"/api/chat/rooms/test/messages?after={recovered['after']}"
    assert user.get("communication-service", path)["results"][0] == meanwhile


def test_a_redis_that_was_killed_and_forgot_the_rooms_costs_no_socket(
    whole: Whole, chat: Chat
) -> None:
    with chat.enter() as alice, chat.enter() as bob:
        whole.engine.kill("redis")
        while hear(bob).get("event") != "recovered":
            pass
        alice.send('{"body": "still here?"}')

        assert hear(bob)["body"] == "still here?"


@pytest.fixture
def redis_full(whole: Whole) -> Iterator[None]:
    """Redis takes nothing more, as when its memory or disk is full."""
    with connections.redis_client(whole.environment, whole.address("redis")) as client:
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", 0)


@pytest.mark.usefixtures("redis_full")
def test_a_redis_that_takes_nothing_is_as_good_as_none(
    whole: Whole, user: User, chat: Chat
) -> None:
    for service, path in READS:
        user.get(service, path)
    user.upload("meanwhile.txt")
    with chat.enter() as socket:
        assert hear(socket)["event"] == "degraded"
    assert http_get(whole.address("user-service"), "/health/ready")[0] == 503


def test_an_upload_is_accepted_and_taken_up_when_redis_is_back(whole: Whole, user: User) -> None:
    whole.engine.down(["redis"], print)
    try:
        identity = user.upload("meanwhile.txt")
    finally:
        whole.engine.up(whole.environment, ["redis"], print)

    def status() -> str:
        return str(user.get("file-service", f"/api/files/{identity}/")["status"])

    wait_until(lambda: status() == "available", "the worker to take it up", 30)
