"""RabbitMQ stopped, and back."""

import statistics
import time

import httpx

from tests.conftest import BrokerControl
from tests.processes import Api, Worker, sql, wait_until


def test_nothing_is_accepted_while_the_broker_is_away_and_all_is_well_after(
    api: Api, worker: Worker, broker_control: BrokerControl
) -> None:
    done = api.submit("bell")
    api.ended(done)
    before = sql("SELECT count(*) FROM tasks")[0][0]

    broker_control("stop")

    wait_until(lambda: not worker.ready_file.exists(), "the worker to notice")
    seconds = []
    for _ in range(5):
        begin = time.monotonic()
        answer = httpx.post(f"{api.url}/tasks", json={"circuit": "test"}, timeout=30)
        seconds.append(time.monotonic() - begin)
        assert (answer.status_code, answer.json()["detail"]) == (
            503,
            "The queue is unavailable, try again shortly.",
        )
        assert int(answer.headers["Retry-After"]) > 0
    assert statistics.median(seconds) < 2  # not the slowest: the machine may have paused
    assert sql("SELECT count(*) FROM tasks")[0][0] == before
    assert api.task(done)["status"] == "completed"
    health = httpx.get(f"{api.url}/health")
    assert health.status_code == 503
    assert (health.json()["database_status"], health.json()["queue_status"]) == (
        "connected",
        "disconnected",
    )

    broker_control("start")

    def submit() -> str | None:
        answer = httpx.post(f"{api.url}/tasks", json={"circuit": "test"}, timeout=10)
        return answer.json()["task_id"] if answer.status_code == 201 else None

    accepted: list[str] = []
    back = wait_until(lambda: accepted or accepted.extend(filter(None, [submit()])), "the API")
    back += wait_until(worker.ready_file.exists, "the worker to be back")
    assert api.ended(accepted[0])["status"] == "completed"
    wait_until(lambda: httpx.get(f"{api.url}/health").status_code == 200, "health")
    print(f"API and worker were back {back:.1f} s after the broker's return")
