"""What a client learns from an error: a problem, whoever answers, with DEBUG or without."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

PROBLEM = "application/problem+json"


def failing(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("what only the log tells")


urlpatterns = [path("api/failing/", failing)]


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def any_mode(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    settings.DEBUG = request.param
    yield


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_unknown_path_is_a_problem_for_every_method(
    any_mode: None, client: Client, method: str
) -> None:
    answer = getattr(client, method)("/api/accounts/nothing")

    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Nothing is found at this address.",
    }


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_without_the_closing_slash_the_right_path_is_named(
    any_mode: None, settings: Settings, client: Client, method: str
) -> None:
    answer = getattr(client, method)("/api/failing")

    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert "/api/failing/" in answer.json()["detail"]


@pytest.mark.urls(__name__)
def test_an_exception_shows_neither_itself_nor_what_was_sent(any_mode: None) -> None:
    client = Client(raise_request_exception=False)

    answer = client.post("/api/failing/", {"password": "correct-horse-battery"})

    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    for secret in ("correct-horse-battery", "only the log", "Traceback", "REDIS"):
        assert secret not in answer.content.decode()


def test_a_host_that_is_not_ours_is_a_problem(any_mode: None, client: Client) -> None:
    answer = client.get("/api/accounts/me", headers={"Host": "evil.example"})

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_a_token_that_is_none_is_a_problem_and_says_so(client: Client) -> None:
    answer = client.get("/api/accounts/me", headers={"Authorization": "Bearer nonsense"})

    assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
    assert answer.json()["detail"] == "The token is not valid."
    assert answer["WWW-Authenticate"] == "Bearer"


def test_json_that_is_nested_too_deeply_is_a_bad_request(client: Client) -> None:
    depth = 100_000

    answer = client.post(
        "/api/accounts/users", "[" * depth + "]" * depth, content_type="application/json"
    )

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert answer.json()["detail"] == "The JSON is nested too deeply."


def test_what_is_wrong_with_a_field_is_told_by_field_and_in_a_sentence(
    db: None, client: Client
) -> None:
    answer = client.post("/api/accounts/users", {"username": "dora"})

    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    problem = answer.json()
    assert problem["errors"]["email"] == ["This field is required."]
    assert "email: This field is required." in problem["detail"]


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x" * 20_000,
        "GET /" + "x" * 20_000 + " HTTP/1.1\r\nHost: localhost",
        "no http at all",
    ],
    ids=["long header", "long address", "no http"],
)
def test_what_the_web_server_cannot_read_is_a_problem(web_server: str, request_text: str) -> None:
    host, port = web_server.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(f"{request_text}\r\n\r\n".encode())
        answer = raw.makefile("rb").read().decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert f"Content-Type: {PROBLEM}" in head
    assert f" {json.loads(body)['status']} " in head.splitlines()[0]


def test_a_form_with_too_many_fields_is_a_problem(web_server: str) -> None:
    connection = HTTPConnection(web_server, timeout=5)
    form = "&".join(f"field{number}=1" for number in range(2_000))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(connection):
        connection.request("POST", "/api/accounts/users", form, kind)
        answer = connection.getresponse()
        answer.read()

    assert answer.headers["Content-Type"] == PROBLEM
    assert 400 <= answer.status < 500
