"""Every error is an RFC 9457 problem."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.processes import Api

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("POST", "/tasks/", {"circuit": "test"}, 404),
        ("DELETE", "/tasks", None, 405),
        ("GET", "/tasks/no-uuid", None, 400),
        ("POST", "/tasks", {"circuit": 1}, 422),
        ("POST", "/tasks", {"circuit": "x" * 2**21}, 413),
    ],
)
def test_an_error_is_a_problem(api: Api, method: str, path: str, body: Any, status: int) -> None:
    answer = httpx.request(method, f"{api.url}{path}", json=body)

    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["detail"]
    assert (status == 422) == ("errors" in problem)


def test_what_is_wrong_is_told_by_field(api: Api) -> None:
    answer = httpx.post(f"{api.url}/tasks", json={"circuit": "test", "shots": "10"})

    assert answer.json()["errors"] == {"shots": ["Input should be a valid integer"]}
    assert answer.json()["detail"] == "shots: Input should be a valid integer."


def test_what_the_web_server_cannot_read_is_a_problem(api: Api) -> None:
    address = urlsplit(api.url)
    with socket.create_connection((str(address.hostname), address.port or 0), 5) as raw:
        raw.sendall(b"no http at all\r\n\r\n")
        head, _, body = raw.makefile("rb").read().decode().partition("\r\n\r\n")

    assert f"Content-Type: {PROBLEM}" in head
    assert json.loads(body)["status"] == 400
