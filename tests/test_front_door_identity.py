"""Whom the front door lets in, and as whom: real nginx, and a user-service of the test's own."""

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Edit, Running
from front_door import Answer, ask, behind, only

from hdms import synchronise
from hdms.catalog import FRONTEND
from hdms.wait import wait_until

SESSION = {"Cookie": "theme=dark; hdms_session=abc; csrftoken=x"}
NOBODY = {"Cookie": "theme=dark"}
TOKEN = {"Authorization": "Bearer hdms_secret"}
SIGNED = {"Authorization": "Bearer header.claims.signature"}
TICKETS = "/api/tickets/"


def heard(answer: Answer) -> Mapping[str, str]:
    """The headers that the service behind got."""
    return dict(answer.json["headers"])


def test_a_session_becomes_a_signed_token_and_its_cookie_stays_outside(door: Running) -> None:
    with behind(door, "ticket-service"):
        headers = heard(ask(door, TICKETS, SESSION))

    assert headers["authorization"] == "Bearer signed(hdms_session=abc)"
    assert "cookie" not in headers


def test_a_programs_access_token_becomes_a_signed_token(door: Running) -> None:
    with behind(door, "ticket-service"):
        headers = heard(ask(door, TICKETS, {**NOBODY, **TOKEN}))

    assert headers["authorization"] == "Bearer signed(Bearer hdms_secret)"


def test_a_signed_token_of_a_clients_own_is_never_passed_on(door: Running) -> None:
    with behind(door, "ticket-service"), only(door, "file-service"):
        for path in (TICKETS, "/api/files/"):
            headers = heard(ask(door, path, {**SESSION, **SIGNED, "X-Identity": "forged"}))
            assert headers["authorization"] == "Bearer signed(Bearer header.claims.signature)"


def test_who_is_not_signed_in_is_told_so_and_no_service_is_asked(door: Running) -> None:
    with behind(door, "ticket-service") as tickets:
        answer = ask(door, TICKETS, NOBODY)
        assert not tickets.asked.acquire(blocking=False)

    assert (answer.status, answer.problem) == (401, "Nobody is signed in, or no longer.")


@pytest.mark.parametrize("path", [TICKETS, "/api/files/", "/ws/chat/lobby/", "/api/accounts/me"])
def test_whom_user_service_does_not_know_gets_401_and_comes_no_further(
    door: Running, path: str
) -> None:
    with only(door, "user-service") as people:
        people.decision = 401
        answer = ask(door, path, SESSION)

    assert (answer.status, answer.problem) == (401, "Nobody is signed in, or no longer.")


def test_many_requests_of_one_session_are_one_exchange(door: Running) -> None:
    with only(door, "user-service") as people, only(door, "ticket-service"):
        for _ in range(10):
            assert heard(ask(door, TICKETS, SESSION))["authorization"].endswith("=abc)")
        assert len(people.exchanged) < 10
        ask(door, TICKETS, {"Cookie": "hdms_session=other"})
        ask(door, TICKETS, {**SESSION, **TOKEN})

    assert people.exchanged[-2:] == [
        ("hdms_session=other", ""),
        ("hdms_session=abc", "Bearer hdms_secret"),
    ]


def test_a_session_that_was_revoked_is_soon_refused(door: Running) -> None:
    with only(door, "user-service") as people, only(door, "ticket-service"):
        assert ask(door, TICKETS, SESSION).status == 200
        people.decision = 401

        wait_until(lambda: ask(door, TICKETS, SESSION).status == 401, "the refusal", 10)


def test_a_session_of_which_user_service_says_so_is_refused_at_once(door: Running) -> None:
    with only(door, "user-service") as people, only(door, "ticket-service"):
        for _ in range(20):  # each time within the second in which the answer is kept
            people.decision = 204
            assert ask(door, "/identity/anew", SESSION).status == 200
            assert ask(door, TICKETS, SESSION).status == 200
            people.decision = 401
            assert ask(door, "/identity/anew", SESSION).status == 401
            assert ask(door, TICKETS, SESSION).status == 401


def test_while_user_service_is_away_who_was_exchanged_goes_on_and_others_are_told_to_wait(
    door: Running,
) -> None:
    with only(door, "ticket-service"):
        with only(door, "user-service") as people:
            while len(people.exchanged) < 2:  # until what was kept had become too old
                assert ask(door, TICKETS, SESSION).status == 200
        goes_on = ask(door, TICKETS, SESSION)
        stranger = ask(door, TICKETS, {"Cookie": "hdms_session=other"})

    assert goes_on.status == 200
    assert stranger.status == 503 and int(stranger.headers["Retry-After"]) > 0
    assert stranger.problem == "The service does not answer: try again shortly."


def test_a_services_own_401_and_500_get_through_as_they_are(door: Running) -> None:
    with behind(door, "ticket-service"):
        for status in (401, 500):
            answer = ask(door, f"{TICKETS}{status}", SESSION)
            assert (answer.status, answer.json["service"]) == (status, "ticket-service")


@pytest.mark.parametrize(
    "path",
    ["auth/browser/v1/auth/session", "access-tokens/", "users"],
)
def test_where_one_signs_in_nobody_need_be_signed_in_and_the_cookies_are_seen(
    door: Running, path: str
) -> None:
    with only(door, "user-service") as people:
        headers = heard(ask(door, f"/api/accounts/{path}", {**SESSION, **SIGNED}))

    assert people.exchanged == []
    assert headers["cookie"] == SESSION["Cookie"]
    assert "authorization" not in headers


@pytest.mark.parametrize("path", ["/identity/exchange", "/exchange", "/api/accounts/users/7"])
def test_there_is_no_way_around_the_exchange(door: Running, path: str) -> None:
    with only(door, "user-service"):
        assert ask(door, path, NOBODY).status in (401, 404)


OWN = [
    {},  # a program
    {"Origin": "http://desk.example"},
    {"Origin": "https://DESK.example"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://desk.example"},
    {"Sec-Fetch-Site": "none"},
]
OTHERS = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://desk.example.evil.example"},
    {"Origin": "http://desk.example:81"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://desk.example"},
]


def test_another_sites_page_changes_nothing_and_a_page_of_ours_does(door: Running) -> None:
    host = {"Host": "desk.example", **SESSION}
    with behind(door, "ticket-service"), only(door, "file-service"):
        for path in (TICKETS, "/api/files/", "/api/accounts/auth/browser/v1/auth/login"):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                refused = [ask(door, path, {**host, **o}, method) for o in OTHERS]
                assert {answer.status for answer in refused} == {403}
                assert refused[0].problem == "The page of another site may not do this."
        for path in (TICKETS, "/api/files/"):
            assert {ask(door, path, {**host, **o}, "POST").status for o in OWN} == {200}
            assert {ask(door, path, {**host, **o}).status for o in (*OWN, *OTHERS)} == {200}


def test_another_sites_page_opens_no_websocket(door: Running) -> None:
    with behind(door, "communication-service"):
        assert {upgraded(door, o) for o in OWN} == {101}
        assert {upgraded(door, o) for o in OTHERS} == {403}
        assert upgraded(door, {}, NOBODY) == 401


def upgraded(door: Running, headers: Mapping[str, str], who: Mapping[str, str] = SESSION) -> int:
    """The status of the answer to who asks for a WebSocket."""
    said = {"Host": "desk.example", "Connection": "Upgrade", "Upgrade": "websocket"}
    lines = [f"{name}: {value}\r\n" for name, value in {**said, **who, **headers}.items()]
    address = door[0].address(door[1], FRONTEND.name)
    with socket.create_connection(address, timeout=10) as client, client.makefile("rb") as answer:
        client.sendall(f"GET /ws/chat/lobby/ HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        return int(answer.readline().split()[1])


@pytest.mark.parametrize(
    "borne", ["Bearer", "Basic eDp5", "Bearer a.b.c", "x" * 7000, "Bearer \xe9"]
)
def test_whatever_is_borne_is_exchanged_or_refused_and_never_a_500(
    door: Running, borne: str
) -> None:
    with only(door, "user-service") as people, only(door, "ticket-service"):
        people.decision = 401
        answer = ask(door, TICKETS, {**NOBODY, "Authorization": borne})

    assert answer.status == 401 and answer.problem


def test_the_public_keys_are_there_also_while_user_service_is_away(door: Running) -> None:
    path = "/.well-known/jwks.json"
    assert ask(door, path).status == 503
    with only(door, "user-service"):
        first = ask(door, path, {**SESSION, **SIGNED})
        assert (first.json["path"], heard(first).get("cookie")) == ("/identity/keys", None)

    assert ask(door, path).json == first.json


LOGIN = "/api/accounts/auth/browser/v1/auth/login"


def flood(door: Running, **headers: str) -> list[int]:
    """The statuses of many attempts to sign in at the same moment."""
    with ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(ask, door, LOGIN, headers, "POST") for _ in range(60)]
        return [each.result().status for each in asked]


def test_who_signs_in_without_end_waits_at_the_front_door_or_is_told(door: Running) -> None:
    with only(door, "user-service"), only(door, "ticket-service"):
        statuses = flood(door)
        assert set(statuses) == {200, 429}
        assert ask(door, TICKETS, SESSION).status == 200
        assert ask(door, LOGIN, SESSION).status == 200  # who only looks is not counted


def test_of_a_trusted_proxy_the_clients_are_told_apart(door: Running, edit: Edit) -> None:
    engine, _ = door
    edit(engine.stack.root_env, "FRONTEND_TRUSTED_PROXY", "127.0.0.1")
    synchronise.carry_out(synchronise.make_plan(engine), engine, print)
    with only(door, "user-service"):
        assert 429 in flood(door, **{"X-Forwarded-For": "203.0.113.1"})
        other = ask(door, LOGIN, {"X-Forwarded-For": "1.1.1.1, 203.0.113.2"}, "POST")

    assert other.status == 200
    assert heard(other)["x-forwarded-for"].endswith("203.0.113.2")


def test_without_one_a_clients_word_for_its_address_does_not_count(door: Running) -> None:
    with only(door, "user-service"):
        headers = heard(ask(door, LOGIN, {"X-Forwarded-For": "203.0.113.1"}, "POST"))

    assert headers["x-forwarded-for"] == "203.0.113.1, 127.0.0.1"  # the last is what counts
