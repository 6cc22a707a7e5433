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
            together = [seconds for answered in lists for seconds in answered]
        elapsed = time.perf_counter() - begin
        _print("submission, one client", alone)
        _print(f"submission, {CLIENTS} clients", together)
        print(f"submissions per second, {CLIENTS} clients: {TOGETHER / elapsed:.0f}")
    number = 50 + ONE_AFTER_THE_OTHER + TOGETHER
    with running(worker):
        wait_until(lambda: _done(queue) == 0, "the worker", 600)
    # Between two of the worker's own times, so that its start does not count.
    query = (
        "SELECT extract(epoch FROM max(completed_at) - min(completed_at)) FROM"
        " (SELECT completed_at FROM tasks WHERE current_status = 'completed'"
        "  ORDER BY completed_at DESC LIMIT $1) AS ours"
    )
    seconds = float(sql(query, number)[0][0])
    print(f"messages per second through one worker, circuit test: {(number - 1) / seconds:.0f}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    on_channel(lambda channel: channel.queue_delete(queue))
    on_channel(lambda channel: channel.queue_delete(f"{queue}.dead"))


def _submit(url: str, number: int) -> list[float]:
    taken = []
    with httpx.Client(timeout=30) as client:
        for _ in range(number):
            begin = time.perf_counter()
            answer = client.post(f"{url}/tasks", json={"circuit": "test"})
            taken.append(time.perf_counter() - begin)
            assert answer.status_code == 201, answer.text
    return taken


def _done(queue: str) -> int:
    time.sleep(0.5)
    return int(
        sql(
            "SELECT count(*) FROM tasks WHERE current_status IN ('pending', 'processing')"
            " AND submitted_at > now() - interval '15 minutes'"
        )[0][0]
    )


def _print(what: str, seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"{what}: p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
