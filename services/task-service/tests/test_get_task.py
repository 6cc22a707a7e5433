"""GET /tasks/{id}"""

import uuid

import httpx
import pytest

from tests.processes import Api, Worker, sql

BELL = """OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
"""


def test_a_completed_task_tells_its_result_and_its_history(api: Api, worker: Worker) -> None:
    task = api.ended(api.submit(BELL, shots=100))

    assert (task["status"], task["error_message"]) == ("completed", None)
    assert sum(task["result"]["counts"].values()) == task["result"]["shots"] == 100
    history = task["status_history"]
    assert [(entry["status"], entry["notes"]) for entry in history] == [
        ("pending", "Task created"),
        ("processing", "Worker started processing"),
        ("completed", "Task completed successfully"),
    ]
    times = [entry["transitioned_at"] for entry in history]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (task["submitted_at"], task["completed_at"])


def test_a_failed_task_tells_why(api: Api, worker: Worker) -> None:
    task = api.ended(api.submit("OPENQASM 3.0;\nqubit[2 q;"))

    assert (task["status"], task["result"]) == ("failed", None)
    assert task["error_message"].startswith("not OpenQASM 3: line 2, column 8: ")
    assert [entry["status"] for entry in task["status_history"]] == [
        "pending",
        "processing",
        "failed",
    ]


@pytest.mark.parametrize(
    "malformed", ["1", "abc", "%00", "%ff", "{}", uuid.uuid4().hex, f"{uuid.uuid4()}0"]
)
def test_a_malformed_id_is_a_bad_request(api: Api, malformed: str) -> None:
    assert httpx.get(f"{api.url}/tasks/{malformed}").status_code == 400


def test_an_unknown_task_is_not_found(api: Api) -> None:
    assert httpx.get(f"{api.url}/tasks/{uuid.uuid4()}").status_code == 404


def test_the_database_allows_no_status_twice(api: Api) -> None:
    task_id = api.submit()

    with pytest.raises(Exception, match="uq_status_history_task_id_status"):
        sql("INSERT INTO status_history (task_id, status) VALUES ($1::uuid, 'pending')", task_id)
