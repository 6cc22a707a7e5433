"""How fast it is: `python -m tests.measure`, against the servers that the environment names."""

import os
import statistics
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.processes import Api, Worker, on_channel, running, sql, wait_until

ONE_AFTER_THE_OTHER = 300
CLIENTS = 20
TOGETHER = 1000


def main() -> None:
    """Print the latency of submissions and the throughput of one worker."""
    folder, queue = Path(tempfile.mkdtemp()), f"measure-{uuid.uuid4().hex}"
    api = Api(folder / "api.log", TASK_QUEUE=queue, LOG_LEVEL="WARNING")
    worker = Worker(folder / "worker.log", TASK_QUEUE=queue, LOG_LEVEL="WARNING")
    with running(api):
        _submit(api.url, 50)
        alone = _submit(api.url, ONE_AFTER_THE_OTHER)
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            lists = threads.map(lambda _: _submit(api.url, TOGETHER // CLIENTS), range(CLIENTS))
            together = [submission for answered in lists for submission in answered]
        elapsed = time.perf_counter() - begin
    _print("submission, one client", alone)
    _print(f"submission, {CLIENTS} clients", together)
    print(f"submissions per second, {CLIENTS} clients: {TOGETHER / elapsed:.0f}")
    ids = [task_id for task_id, _ in together]
    with running(worker):
        wait_until(lambda: _ended(ids) == TOGETHER, "the worker", 300)
    # Between the worker's own times, so that its start does not count.
    query = (
        "SELECT extract(epoch FROM max(completed_at) - min(completed_at)) FROM tasks"
        " WHERE task_id = ANY($1::uuid[])"
    )
    seconds = float(sql(query, ids)[0][0])
    print(f"messages per second through one worker, circuit test: {(TOGETHER - 1) / seconds:.0f}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name in (queue, f"{queue}.dead"):
        on_channel(lambda channel, name=name: channel.queue_delete(name))


def _submit(url: str, number: int) -> list[tuple[str, float]]:
    """Submit one after the other; each one's id and seconds."""
    submitted = []
    with httpx.Client(timeout=30) as client:
        for _ in range(number):
            begin = time.perf_counter()
            answer = client.post(f"{url}/tasks", json={"circuit": "test"})
            taken = time.perf_counter() - begin
            assert answer.status_code == 201, answer.text
            submitted.append((answer.json()["task_id"], taken))
    return submitted


def _ended(ids: list[str]) -> int:
    time.sleep(1)
    query = (
        "SELECT count(*) FROM tasks WHERE task_id = ANY($1::uuid[]) AND completed_at IS NOT NULL"
    )
    return int(sql(query, ids)[0][0])


def _print(what: str, submitted: list[tuple[str, float]]) -> None:
    cuts = statistics.quantiles([seconds for _, seconds in submitted], n=100)
    print(f"{what}: p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
