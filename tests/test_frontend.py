"""The front door: a real nginx, with servers of the test's own behind it."""

import json
import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from conftest import Edit, Running
from front_door import ask, behind, behind_all, only

from hdms import app, synchronise
from hdms.catalog import FRONTEND, SERVICES
from hdms.checks.result import CheckFailed
from hdms.checks.services import health
from hdms.engines.own_faults import is_gone
from hdms.environment.validation import load
from hdms.ports import free_ports
from hdms.wait import wait_until


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/accounts/me", "user-service"),
        ("/api/people/", "user-service"),
        ("/api/departments/", "user-service"),
        ("/api/tickets/?page=2&q=a%20b", "ticket-service"),
        ("/api/chat/rooms/lobby/messages", "communication-service"),
        ("/api/notifications/", "communication-service"),
        ("/api/files/1/content", "file-service"),
    ],
)
def test_a_path_leads_to_its_service_as_it_was_asked(
    door: Running, path: str, service: str
) -> None:
    with behind(door, service):
        answer = ask(door, path).json

    assert (answer["service"], answer["path"]) == (service, path)


def test_a_service_learns_who_asks_and_how(door: Running) -> None:
    with behind(door, "user-service"):
        headers = ask(door, "/api/accounts/me", {"Host": "desk.example:81"}).json["headers"]
        behind_tls = ask(door, "/api/accounts/me", {"X-Forwarded-Proto": "https"}).json["headers"]

    assert headers["host"] == "desk.example:81"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert behind_tls["x-forwarded-proto"] == "https"
    assert "upgrade" not in headers


def test_a_request_keeps_its_number_from_end_to_end(door: Running) -> None:
    with behind(door, "user-service"):
        own = ask(door, "/api/accounts/me")
        given = ask(door, "/api/accounts/me", {"X-Request-ID": "from-afar-1"})
        absurd = ask(door, "/api/accounts/me", {"X-Request-ID": 'a"b' * 100})

    assert own.headers["X-Request-ID"] == own.json["headers"]["x-request-id"] != ""
    assert given.headers["X-Request-ID"] == given.json["headers"]["x-request-id"] == "from-afar-1"
    assert len(absurd.json["headers"]["x-request-id"]) == 32


def converse(door: Running, path: str, upgrade: str = "websocket") -> tuple[str, str]:
    """Ask for another protocol; return the status line and what comes back in it."""
    address = door[0].address(door[1], FRONTEND.name)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        "Cookie: hdms_session=somebody\r\n"
        f"Upgrade: {upgrade}\r\n\r\n"
    )
    with socket.create_connection(address, timeout=10) as client, client.makefile("rwb") as file:
        file.write(request.encode())
        file.flush()
        status = file.readline().decode().strip()
        while file.readline().strip():
            pass
        if " 101 " not in status:
            return status, ""
        file.write(b"hello\n")
        file.flush()
        return status, file.readline().decode()


def test_a_websocket_reaches_communication_service(door: Running) -> None:
    with behind(door, "communication-service"):
        status, heard = converse(door, "/ws/chat/lobby/")

    assert status.startswith("HTTP/1.1 101")
    assert heard == "communication-service: hello\n"


@pytest.mark.parametrize(("path", "upgrade"), [("/api/chat/", "websocket"), ("/ws/chat/", "h2c")])
def test_nothing_else_becomes_another_protocol(door: Running, path: str, upgrade: str) -> None:
    with behind(door, "communication-service"):
        status, _ = converse(door, path, upgrade)

    assert status == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("path", ["/api/tickets/", "/ws/chat/lobby/", "/health/ticket-service"])
def test_a_service_that_is_away_is_a_problem_that_says_when_to_come_back(
    door: Running, path: str
) -> None:
    with only(door, "user-service"):
        away = ask(door, path)

    assert away.status == 503
    assert int(away.headers["Retry-After"]) > 0
    assert away.problem == "The service does not answer: try again shortly."


def test_a_service_that_returns_is_found_again(door: Running) -> None:
    with only(door, "user-service"):
        assert ask(door, "/api/tickets/").status == 503

    with behind(door, "ticket-service"):
        assert ask(door, "/api/tickets/").status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/api/", "/api/nothing/", "/api/users", "/health/x", "/nothing"),
        *("/api", "/api/files", "/ws", "/health"),  # nginx would redirect
    ],
)
def test_an_unknown_path_is_a_404(door: Running, path: str) -> None:
    unknown = ask(door, path)

    assert (unknown.status, unknown.problem) == (404, "Nothing is found at this address.")


@pytest.mark.parametrize(
    ("path", "service", "mib"),
    [("/api/files/", "file-service", 25), ("/api/people/imports/", "user-service", 5)],
)
def test_a_file_gets_through_and_one_that_is_too_large_is_refused(
    door: Running, path: str, service: str, mib: int
) -> None:
    limit = mib * 1024**2
    with behind(door, service):
        assert ask(door, path, method="POST", body=bytes(limit)).json["size"] == limit
        refused = ask(door, path, {"Content-Length": str(2 * limit)}, method="POST")

    assert (refused.status, refused.problem) == (413, "The request is too large.")


def test_the_page_brings_all_it_needs_and_may_load_nothing_else(door: Running) -> None:
    page = ask(door, "/")

    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"]
    paths = re.findall(r'(?:src|href)="([^"]*)"', page.body.decode())
    assert "/icon.svg" in paths
    for path in paths:
        assert path.startswith("/")
        assert ask(door, path).status == 200


def test_scripts_are_ours_only_and_styles_carry_the_answers_own_nonce(door: Running) -> None:
    nonces = []
    for _ in range(2):
        page = ask(door, "/")
        policy = page.headers["Content-Security-Policy"]
        (nonce,) = re.findall(r"'nonce-([0-9a-f]{32})'", policy)
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "__CSP_NONCE__" not in page.body.decode()
        assert f'nonce="{nonce}"' in page.body.decode()
        assert page.headers["Cache-Control"] == "no-store"
        nonces.append(nonce)

    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("path", ["/people/12", "/sign-in?to=%2Fpeople", "/no.such.file"])
def test_every_address_of_a_screen_is_the_page_to_a_browser_and_nothing_to_a_program(
    door: Running, path: str
) -> None:
    browser = ask(door, path, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    program = ask(door, path, {"Accept": "application/json"})

    assert browser.status == 200
    assert "nonce-" in browser.headers["Content-Security-Policy"]
    assert b'id="root"' in browser.body
    assert program.problem == "Nothing is found at this address."


def test_what_is_named_by_its_digest_is_kept_for_ever_and_comes_compressed(door: Running) -> None:
    page = ask(door, "/").body.decode()
    (script,) = re.findall(r'src="(/assets/[^"]*\.js)"', page)

    answer = ask(door, script, {"Accept-Encoding": "gzip"})
    gone = ask(door, "/assets/of-yesterday.js", {"Accept": "text/html"})

    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gone.problem == "Nothing is found at this address."
    assert "Cache-Control" not in gone.headers


def test_the_first_page_is_below_250_kb(door: Running) -> None:
    paths = set(re.findall(r'"(/assets/[^"]*)"', ask(door, "/").body.decode()))
    compressed = {"Accept-Encoding": "gzip"}

    assert sum(len(ask(door, path, compressed).body) for path in paths) < 250_000


def test_the_page_asks_for_every_service() -> None:
    written = (app.APP / "src" / "features" / "state" / "services.ts").read_text()

    assert all(f'"{service.name}"' in written for service in SERVICES)


def test_the_log_has_every_request_and_no_query_string(door: Running) -> None:
    with only(door, "user-service"):
        ask(door, "/api/tickets/?token=not-for-the-log", {"X-Request-ID": "in-the-log"})
    log = door[0].stack.state / "logs" / f"{FRONTEND.name}.log"
    wait_until(lambda: "in-the-log" in log.read_text(), "the request to be logged", 60)

    lines = [json.loads(line) for line in log.read_text().splitlines()]

    assert "not-for-the-log" not in log.read_text()
    assert "somebody" not in log.read_text()
    (line,) = [line for line in lines if line["request_id"] == "in-the-log"]
    assert (line["path"], line["status"], line["upstream_status"]) == ("/api/tickets/", 503, "502")


def test_only_loopback_is_listened_on_and_not_as_root(door: Running) -> None:
    (pid,) = [unit.pid for unit in door[0].status() if unit.pid]
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    listening = {
        connection.laddr[0]
        for process in family
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening == {"127.0.0.1"}
    if os.geteuid() == 0:
        assert {process.username() for process in family} == {"postgres"}


def test_a_services_new_port_reaches_the_front_door(door: Running, edit: Edit) -> None:
    engine, _ = door
    other = str(free_ports(1)[0])
    edit(engine.stack.root_env, "USER_SERVICE_HOST_PORT", other)

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert plan.lines() == ["frontend-service is replaced while it serves (USER_SERVICE_HOST_PORT)"]
    assert synchronise.make_plan(engine).empty
    moved = (engine, load(engine.stack))
    with behind(moved, "user-service"):
        assert ask(moved, "/api/accounts/me").status == 200


def test_requests_side_by_side_are_all_answered(door: Running) -> None:
    with behind_all(door), ThreadPoolExecutor(max_workers=16) as pool:
        answers = list(pool.map(lambda _: ask(door, "/api/tickets/").status, range(200)))

    assert set(answers) == {200}


def test_a_killed_nginx_comes_back_and_leaves_no_worker_with_its_port(door: Running) -> None:
    engine, environment = door
    (unit,) = (unit for unit in engine.status() if unit.name == FRONTEND.name)
    workers = psutil.Process(unit.pid).children()

    engine.kill(FRONTEND.name)

    wait_until(lambda: all(map(is_gone, workers)), "the killed nginx' workers to end", 60)
    wait_until(lambda: answers(engine.address(environment, FRONTEND.name)), "nginx to be back", 60)


def answers(address: tuple[str, int]) -> bool:
    try:
        health(address, "/health/live", FRONTEND.name)
    except CheckFailed:
        return False
    return True
