"""What the worker does with good, double, lost and bad messages."""

import os
import signal
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aio_pika import Message

from src.queue.publisher import task_message
from tests.processes import Api, Worker, depth, on_channel, running, sql, wait_until
from tests.sources import ENDLESS

LEASE_SECONDS = 4


def publish(queue: str, *messages: Message) -> None:
    async def ask(channel: Any) -> None:
        for message in messages:
            await channel.default_exchange.publish(message, queue)

    on_channel(ask)


def new_worker(tmp_path: Path, queue: str, name: str = "worker", **environment: str) -> Worker:
    """A worker that hands nothing over, unless told otherwise."""
    variables = {"TASK_LEASE": str(LEASE_SECONDS), "TASK_QUICK_LIMIT": "1200"} | environment
    return Worker(tmp_path / f"{name}.log", TASK_QUEUE=queue, **variables)


def attempts(task_id: str) -> int:
    return int(sql("SELECT attempts FROM tasks WHERE task_id = $1::uuid", task_id)[0][0])


def test_a_duplicate_is_skipped(api: Api, worker: Worker, queue: str) -> None:
    task_id = api.submit("bell")
    first = api.ended(task_id)

    publish(queue, *[task_message(uuid.UUID(task_id), "")] * 3)

    wait_until(lambda: worker.log.count("duplicate skipped") >= 3, "three skips")
    assert api.task(task_id) == first
    assert attempts(task_id) == 1


def test_an_unknown_task_is_logged_and_acknowledged(worker: Worker, queue: str) -> None:
    unknown = uuid.uuid4()
    dead = depth(f"{queue}.dead")

    publish(queue, task_message(unknown, "request-of-the-unknown"))

    def told() -> list[str]:
        lines = worker.log.splitlines()
        return [line for line in lines if str(unknown) in line and "unknown task" in line]

    wait_until(told, "the log")
    assert "request-of-the-unknown" in told()[0]
    assert depth(f"{queue}.dead") == dead


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"task_id": 1}', b'{"task_id": "x"}', b"[" * 100_000]
)
def test_what_is_no_message_of_ours_is_dead_lettered(
    worker: Worker, queue: str, body: bytes
) -> None:
    before = depth(f"{queue}.dead")

    publish(queue, Message(body))

    wait_until(lambda: depth(f"{queue}.dead") == before + 1, "the dead letter")


def test_the_request_id_reaches_the_workers_log(api: Api, worker: Worker) -> None:
    answer = httpx.post(
        f"{api.url}/tasks", json={"circuit": "test"}, headers={"X-Request-ID": "from-the-client"}
    )

    task_id = answer.json()["task_id"]
    api.ended(task_id)
    lines = [line for line in worker.log.splitlines() if task_id in line]
    assert lines
    assert all("request_id=from-the-client" in line for line in lines)


def test_a_task_of_a_dead_worker_is_taken_over(api: Api, own_queue: str, tmp_path: Path) -> None:
    first, second = (new_worker(tmp_path, own_queue, name) for name in ("first", "second"))
    task_id = submit_to(api, own_queue, "test")
    first.start()
    os.kill(simulator_of(first), signal.SIGSTOP)
    publish(own_queue, task_message(uuid.UUID(task_id), ""))
    wait_until(lambda: api.task(task_id)["status"] == "processing", "the first to begin")
    first.kill()  # and its simulator dies with it
    assert api.task(task_id)["status"] == "processing"

    with running(second):
        task = api.ended(task_id, 90)

    assert task["status"] == "completed"
    assert [entry["status"] for entry in task["status_history"]] == [
        "pending",
        "processing",
        "completed",
    ]
    assert task["status_history"][-1]["notes"] == "Task completed successfully (attempt 2)"


def test_a_task_that_kills_each_of_its_simulators_is_given_up_and_dead_lettered(
    api: Api, own_queue: str, tmp_path: Path
) -> None:
    worker = new_worker(tmp_path, own_queue, TASK_MAX_ATTEMPTS="2", TASK_TIME_LIMIT="1200")
    task_id = submit_to(api, own_queue, ENDLESS)
    with running(worker):
        publish(own_queue, task_message(uuid.UUID(task_id), ""))
        for attempt in (1, 2):
            wait_until(
                lambda attempt=attempt: worker.log.count("processing task") == attempt,
                f"attempt {attempt}",
                60,
            )
            os.kill(simulator_of(worker), signal.SIGKILL)
        task = api.ended(task_id)
        wait_until(lambda: depth(f"{own_queue}.dead") == 1, "the dead letter")

    assert task["status"] == "failed"
    assert "2 times" in task["error_message"]
    assert [entry["status"] for entry in task["status_history"]] == [
        "pending",
        "processing",
        "failed",
    ]
    assert depth(own_queue) == 0


def test_a_worker_that_is_told_to_stop_finishes_what_it_is_at(
    api: Api, own_queue: str, tmp_path: Path
) -> None:
    worker = new_worker(tmp_path, own_queue)
    task_id, waiting = (submit_to(api, own_queue, "test") for _ in range(2))
    worker.start()
    simulator = simulator_of(worker)
    os.kill(simulator, signal.SIGSTOP)
    publish(own_queue, *(task_message(uuid.UUID(known), "") for known in (task_id, waiting)))
    wait_until(lambda: api.task(task_id)["status"] == "processing", "it to begin")

    worker.popen.terminate()
    os.kill(simulator, signal.SIGCONT)

    assert worker.stop() == 0
    assert api.task(task_id)["status"] == "completed"
    assert api.task(waiting)["status"] == "pending"
    assert depth(own_queue) == 1
    assert not worker.ready_file.exists()
    assert "stopped" in worker.log


def test_a_worker_shows_that_it_works_also_while_a_task_takes_long(
    api: Api, own_queue: str, tmp_path: Path
) -> None:
    worker = new_worker(tmp_path, own_queue)
    task_id = submit_to(api, own_queue, "test")
    worker.start()
    simulator = simulator_of(worker)
    os.kill(simulator, signal.SIGSTOP)
    publish(own_queue, task_message(uuid.UUID(task_id), ""))
    wait_until(lambda: api.task(task_id)["status"] == "processing", "it to begin")

    for _ in range(2):
        shown = worker.ready_file.stat().st_mtime_ns
        wait_until(
            lambda shown=shown: worker.ready_file.stat().st_mtime_ns != shown, "it to show it"
        )

    os.kill(simulator, signal.SIGCONT)
    assert api.ended(task_id)["status"] == "completed"
    assert worker.stop() == 0


def test_a_long_task_keeps_its_lease(api: Api, own_queue: str, tmp_path: Path) -> None:
    """A second delivery meanwhile, as after a lost connection, finds the first at work."""
    limits = {"TASK_TIME_LIMIT": "1200"}
    first, second = (
        new_worker(tmp_path, own_queue, name, **limits) for name in ("first", "second")
    )
    task_id = submit_to(api, own_queue, "test")
    message = task_message(uuid.UUID(task_id), "")
    with running(first):
        simulator = simulator_of(first)
        os.kill(simulator, signal.SIGSTOP)
        publish(own_queue, message)
        wait_until(lambda: api.task(task_id)["status"] == "processing", "it to begin")
        begun = lease_until(task_id)
        wait_until(lambda: now() > begun, "the first lease to end", 10 * LEASE_SECONDS)
        with running(second):
            publish(own_queue, message)
            wait_until(lambda: "duplicate skipped" in second.log, "the second to leave it alone")
            os.kill(simulator, signal.SIGCONT)
            task = api.ended(task_id)
            wait_until(lambda: depth(own_queue) == 0, "both messages to be settled")

    assert task["status"] == "completed", task
    assert attempts(task_id) == 1


def lease_until(task_id: str) -> datetime:
    return sql("SELECT lease_until FROM tasks WHERE task_id = $1::uuid", task_id)[0][0]


def now() -> datetime:
    """By the database's clock, which ends the leases."""
    return sql("SELECT clock_timestamp()")[0][0]


def test_what_is_short_does_not_wait_behind_what_is_long(own_queue: str, tmp_path: Path) -> None:
    limits = {"TASK_QUICK_LIMIT": "1", "TASK_TIME_LIMIT": "1200"}
    worker = new_worker(tmp_path, own_queue, **limits)
    own_api = Api(tmp_path / "api.log", TASK_QUEUE=own_queue)
    with running(own_api):
        worker.start()
        try:
            long = [own_api.submit(ENDLESS) for _ in range(2)]
            short = [own_api.submit("test") for _ in range(5)]
            ended = [own_api.ended(task_id, 240)["status"] for task_id in short]
            assert ended == ["completed"] * 5
            assert {own_api.task(task_id)["status"] for task_id in long} == {"processing"}
        finally:
            worker.kill()


def test_what_is_long_runs_to_its_end_even_if_its_worker_dies(
    own_queue: str, tmp_path: Path
) -> None:
    first = new_worker(tmp_path, own_queue, "first", TASK_QUICK_LIMIT="1", TASK_TIME_LIMIT="1200")
    second = new_worker(tmp_path, own_queue, "second", TASK_QUICK_LIMIT="1", TASK_TIME_LIMIT="3")
    own_api = Api(tmp_path / "api.log", TASK_QUEUE=own_queue)
    with running(own_api):
        first.start()
        task_id = own_api.submit(ENDLESS)
        wait_until(lambda: "attempt=2" in first.log, "the slow lane to begin")
        first.kill()
        with running(second):
            task = own_api.ended(task_id)

    assert (task["status"], attempts(task_id)) == ("failed", 3)
    assert "longer than 3 s" in task["error_message"]
    assert [entry["status"] for entry in task["status_history"]] == [
        "pending",
        "processing",
        "failed",
    ]


def submit_to(api: Api, queue: str, circuit: str) -> str:
    """A task that is stored and not yet queued anywhere: its message comes from the test."""
    (row,) = sql(
        "WITH task AS (INSERT INTO tasks (task_id, circuit, shots, current_status, attempts)"
        " VALUES (gen_random_uuid(), $1, 10, 'pending', 0) RETURNING task_id)"
        " INSERT INTO status_history (task_id, status, notes)"
        " SELECT task_id, 'pending', 'Task created' FROM task RETURNING task_id",
        circuit,
    )
    return str(row["task_id"])


def simulator_of(worker: Worker) -> int:
    """The process that runs its circuits."""
    assert worker.popen is not None
    tasks = Path(f"/proc/{worker.popen.pid}/task")
    (child,) = {pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()}
    return int(child)
