"""Redis is stopped: what still works, and what is said of the rest."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from conftest import Whole
from websockets.sync.client import ClientConnection

from hdms.catalog import SERVICES
from hdms.components.redis import client as client_of_redis
from hdms.connections import http_get
from hdms.load.chat import Chat
from hdms.load.user import User
from hdms.wait import wait_until

CHAT = "communication-service"
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


def hear_until_live(socket: ClientConnection, body: str) -> None:
    """Hear this, what was said a moment before one entered, and the end of an earlier outage."""
    said, degraded = False, False
    while degraded or not said:
        told = hear(socket)
        said = said or told.get("body") == body
        degraded = {"degraded": True, "recovered": False}.get(told.get("event", ""), degraded)


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


def test_an_open_chat_is_told_of_the_outage_and_of_its_end_and_misses_nothing(
    whole: Whole, chat: Chat
) -> None:
    with chat.enter() as alice, chat.enter() as bob:
        alice.send('{"body": "before"}')
        for each in (alice, bob):
            hear_until_live(each, "before")
        whole.engine.down(["redis"], print)
        try:
            assert [hear(alice)["event"], hear(bob)["event"]] == ["degraded", "degraded"]
            alice.send('{"body": "meanwhile"}')
            meanwhile = hear(bob)
            assert (meanwhile["body"], hear(alice)) == ("meanwhile", meanwhile)
        finally:
            whole.engine.up(whole.environment, ["redis"], print)
        recovered = hear(bob)
        assert (recovered["event"], recovered["after"]) == ("recovered", meanwhile["id"])
        assert hear(alice)["event"] == "recovered"
        alice.send('{"body": "there you are"}')
        assert hear(bob)["body"] == hear(alice)["body"] == "there you are"


def test_of_60_clients_none_misses_a_message_though_redis_is_killed_five_times(
    whole: Whole, new_user: Callable[[], User]
) -> None:
    rooms = [Chat(f"kill-{n}", new_user(), lambda: whole.address(CHAT)) for n in range(4)]
    with ExitStack() as sockets, ThreadPoolExecutor(60) as pool:
        clients = [[sockets.enter_context(room.enter()) for _ in range(15)] for room in rooms]
        said = [str(number) for number in range(100)]

        def speak(speaker: ClientConnection) -> None:
            for body in said:
                speaker.send(json.dumps({"body": body}))
                time.sleep(0.1)  # what one person may say

        def listen(listener: ClientConnection) -> list[str]:
            heard: list[str] = []
            while len(heard) < len(said):
                told = hear(listener)
                heard += [told["body"]] if "body" in told else []
            return heard

        speaking = [pool.submit(speak, room[0]) for room in clients]
        listening = [pool.submit(listen, socket) for room in clients for socket in room]
        for _ in range(5):
            whole.engine.kill("redis")
            whole.engine.up(whole.environment, ["redis"], print)
        for each in speaking:
            each.result()

        assert [each.result() for each in listening] == [said] * 60


@pytest.fixture
def redis_full(whole: Whole) -> Iterator[None]:
    """Redis takes nothing more, as when its memory or disk is full."""
    with client_of_redis(whole.environment, whole.address("redis")) as client:
        before = client.config_get("maxmemory")["maxmemory"]
        assert int(before) > 0  # else the kernel ends it, in a container
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", before)


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
