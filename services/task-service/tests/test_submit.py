"""POST /tasks"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.processes import Api, depth, sql, wait_until

JSON = {"Content-Type": "application/json"}


def post(api: Api, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{api.url}/tasks", content=content, headers=JSON | headers, timeout=10)


def test_a_task_is_stored_and_queued(api: Api, queue: str) -> None:
    before = depth(queue)

    answer = post(api, {"circuit": "test"})

    assert answer.status_code == 201
    submitted = answer.json()
    assert set(submitted) == {"task_id", "status", "submitted_at"}
    assert submitted["status"] == "pending"
    task = api.task(submitted["task_id"])
    assert (task["circuit"], task["shots"], task["status"]) == ("test", 1024, "pending")
    assert task["submitted_at"] == submitted["submitted_at"]
    assert [(e["status"], e["notes"]) for e in task["status_history"]] == [
        ("pending", "Task created")
    ]
    assert answer.headers["Location"] == f"/tasks/{submitted['task_id']}"
    wait_until(lambda: depth(queue) > before, "the message")


def test_the_outbox_knows_that_the_broker_has_confirmed(api: Api) -> None:
    task_id = api.submit()

    (row,) = sql("SELECT publications FROM outbox WHERE task_id = $1::uuid", task_id)
    assert row[0] == 1


def test_the_answer_has_the_requests_id(api: Api) -> None:
    assert post(api, {"circuit": "test"}, **{"X-Request-ID": "r-1"}).headers["X-Request-ID"] == (
        "r-1"
    )
    assert len(post(api, {"circuit": "test"}).headers["X-Request-ID"]) == 32


def test_the_same_key_and_body_give_the_first_answer_again(api: Api) -> None:
    body = {"circuit": "bell", "shots": 7}
    key = {"Idempotency-Key": "same-key-same-body"}

    first, second = post(api, body, **key), post(api, body, **key)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


@pytest.mark.parametrize("other", [{"circuit": "ghz"}, {"circuit": "bell", "shots": 8}])
def test_the_same_key_with_another_body_is_refused(api: Api, other: dict[str, Any]) -> None:
    key = {"Idempotency-Key": f"same-key-{other['circuit']}"}
    assert post(api, {"circuit": "bell"}, **key).status_code == 201

    assert post(api, other, **key).status_code == 409


def test_twenty_at_once_with_one_key_make_one_task(api: Api) -> None:
    def insist(_number: int) -> httpx.Response:
        answer = post(api, {"circuit": "bell"}, **{"Idempotency-Key": "at-once"})
        while answer.status_code == 503:  # the pool's ten connections are all taken
            time.sleep(int(answer.headers["Retry-After"]))
            answer = post(api, {"circuit": "bell"}, **{"Idempotency-Key": "at-once"})
        return answer

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(insist, range(20)))

    assert sorted(answer.status_code for answer in answers)[-1] == 201
    assert {answer.status_code for answer in answers} == {200, 201}
    assert len({answer.json()["task_id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"circuit": ""},
        {"circuit": "   "},
        {"circuit": 1},
        {"circuit": None},
        {"circuit": "a\0b"},
        {"circuit": "x" * (64 * 1024 + 1)},
        {"circuit": "test", "shots": 0},
        {"circuit": "test", "shots": -1},
        {"circuit": "test", "shots": 100_001},
        {"circuit": "test", "shots": 2**63},
        {"circuit": "test", "shots": 1.5},
        {"circuit": "test", "shots": "10"},
        {"circuit": "test", "shots": True},
        {"circuit": "test", "shots": None},
        {"circuit": "test", "shot": 1},
        b"",
        b"{",
        b"\xff\xfe",
        b'{"circuit": "\\ud800"}',
        b'{"circuit": "test", "shots": NaN}',
        b'{"circuit": "test", "shots": ' + b"9" * 5000 + b"}",
        b'{"circuit": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body)[:40],
)
def test_a_bad_body_is_refused(api: Api, body: Any) -> None:
    answer = post(api, body)

    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["π ⊗ |ψ⟩ 🐈", "\u202e", "a\u0301\ufeff", "\x01\x7f", "\U0001d52e" * 1000]
)
def test_odd_unicode_is_stored_as_it_came(api: Api, text: str) -> None:
    assert api.task(api.submit(text))["circuit"] == text


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
def test_a_bad_key_is_refused(api: Api, key: str) -> None:
    assert post(api, {"circuit": "test"}, **{"Idempotency-Key": key}).status_code == 422


def test_a_body_that_is_too_large_is_refused_unread(api: Api) -> None:
    assert post(api, b"x" * (1024 * 1024 + 1)).status_code == 413


def test_a_body_of_unknown_length_is_refused_when_it_is_too_large(api: Api) -> None:
    answer = httpx.post(
        f"{api.url}/tasks", content=(b"x" * 1024 for _ in range(2000)), headers=JSON, timeout=10
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("declaration", ["qubit[25] q;", "qubit[20] a; qubit[5] b;", "qreg q[99];"])
def test_a_circuit_too_large_for_memory_is_refused(api: Api, declaration: str) -> None:
    answer = post(api, {"circuit": f"OPENQASM 3.0;\n{declaration}"})

    assert answer.status_code == 422
    assert "at most 24 qubits" in answer.text


@pytest.mark.parametrize(
    "declaration", ["bit[129] c;", "creg a[100]; bit[29] b;", "bit[9999999999] c;"]
)
def test_more_classical_bits_than_a_key_has_are_refused(api: Api, declaration: str) -> None:
    answer = post(api, {"circuit": f"OPENQASM 3.0; {declaration}"})

    assert answer.status_code == 422
    assert "more than 128 classical bits" in answer.text


def test_comments_that_never_end_take_no_time(api: Api) -> None:
    api.submit("/* " * 21_000)  # its client waits 10 s; looked for one by one they took 22 s


def test_a_comment_is_no_qubit(api: Api) -> None:
    api.submit("OPENQASM 3.0; // qubit[99] q;\n/* qubit[99] r; */ qubit[24] s;")
