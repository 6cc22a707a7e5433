"""`python -m src.verify` when something is wrong: each failure names the component and remedy."""

import json
from typing import Any

import pytest

from src.checks import CHECKS
from tests.processes import free_port, run

WRONG = "not-the-password"


def verify(check: str, **changed: str) -> dict[str, Any]:
    finished = run("-m", "src.verify", check, "--json", **changed)
    (result,) = json.loads(finished.stdout)
    assert finished.returncode == (0 if result["status"] == "pass" else 1)
    assert set(result) == {"id", "status", "message", "hint", "latency_ms", "measurements"}
    assert result["id"] == check
    return result


@pytest.mark.parametrize(("check", "prefix"), [("db", "DB"), ("queue", "RABBITMQ")])
def test_a_wrong_password_names_the_variable_and_not_its_value(check: str, prefix: str) -> None:
    result = verify(check, **{f"{prefix}_PASSWORD": WRONG})

    assert result["status"] == "fail"
    assert "authentication failed" in result["message"]
    assert f"{prefix}_PASSWORD" in result["message"]
    assert "inv env.sync" in result["hint"]
    assert WRONG not in str(result)


@pytest.mark.parametrize(("check", "prefix"), [("db", "DB"), ("queue", "RABBITMQ")])
def test_a_server_that_is_away_is_named_with_its_address(check: str, prefix: str) -> None:
    port = str(free_port())

    result = verify(check, **{f"{prefix}_PORT": port})

    assert result["status"] == "fail"
    assert port in result["message"]
    assert "inv infra.up" in result["hint"]


def test_a_queue_without_a_worker_proves_nothing() -> None:
    result = verify("queue", TASK_QUEUE="test-nobody-works-here")

    assert result["status"] == "fail"
    assert "no worker waits at queue test-nobody-works-here" in result["message"]
    assert "inv services.up" in result["hint"]


def test_a_virtual_host_that_is_not_there_is_named() -> None:
    assert "no virtual host none" in verify("queue", RABBITMQ_VHOST="none")["message"]


def test_an_unknown_check_is_refused_with_the_known_ones() -> None:
    finished = run("-m", "src.verify", "db", "luck")

    assert finished.returncode == 2
    assert "task-service has no check luck; it has db, queue" in finished.stderr


def test_all_are_proven_side_by_side() -> None:
    finished = run("-m", "src.verify", "--json")

    assert [result["id"] for result in json.loads(finished.stdout)] == list(CHECKS)
    assert finished.returncode == 0
