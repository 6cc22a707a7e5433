"""Processes killed and the broker restarted under load: nothing lost, nothing twice."""

import asyncio
import random
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from src.config import Settings
from src.db.repository import OutboxRepository, TaskRepository
from src.db.session import Database
from tests.conftest import BrokerControl
from tests.processes import Api, Worker, running, sql, wait_until

SUBMISSIONS = 1000
CLIENTS = 20
TASKS = 500
KILLS = 10
WORKERS = 3
FEW_SECONDS = 240.0

HISTORIES = {("pending", "processing", "completed"), ("pending", "processing", "failed")}


def histories(ids: list[str]) -> Counter[tuple[str, ...]]:
    """How often each history occurs among the tasks."""
    rows = sql(
        "SELECT array_agg(status::text ORDER BY id) AS statuses FROM status_history"
        " WHERE task_id = ANY($1::uuid[]) GROUP BY task_id",
        ids,
    )
    return Counter(tuple(row["statuses"]) for row in rows)


def unfinished(ids: list[str]) -> int:
    """How many of the tasks are not in a terminal state."""
    query = (
        "SELECT count(*) FROM tasks WHERE task_id = ANY($1::uuid[])"
        " AND current_status NOT IN ('completed', 'failed')"
    )
    return int(sql(query, ids)[0][0])


def at_most_unfinished(number: int, ids: list[str]) -> bool:
    """Whether so many of the tasks, or fewer, are left to do."""
    return unfinished(ids) <= number


def results(ids: list[str]) -> int:
    """How many of the tasks have a result of as many shots as were asked for."""
    query = (
        "SELECT count(*) FROM tasks WHERE task_id = ANY($1::uuid[]) AND completed_at IS NOT NULL"
        " AND (SELECT sum(value::int) FROM jsonb_each_text(result->'counts')) = shots"
    )
    return int(sql(query, ids)[0][0])


class Client:
    """Somebody who wants each of his submissions accepted, and keeps its key until it is."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.accepted: dict[str, str] = {}
        self.trouble: Counter[str] = Counter()

    def submit(self, number: int) -> None:
        """Submit until there is an answer."""
        key, deadline = uuid.uuid4().hex, time.monotonic() + FEW_SECONDS
        with httpx.Client(timeout=10) as client:
            while time.monotonic() < deadline:
                try:
                    answer = client.post(
                        f"{self._url}/tasks",
                        json={"circuit": "bell", "shots": 10},
                        headers={"Idempotency-Key": key},
                    )
                except httpx.TransportError as error:
                    self.trouble[type(error).__name__] += 1
                    time.sleep(0.1)
                    continue
                if answer.status_code in (200, 201):
                    self.accepted[key] = answer.json()["task_id"]
                    return
                assert answer.status_code == 503, answer.text
                self.trouble["503"] += 1
                time.sleep(0.2)
        pytest.fail(f"submission {number} was not accepted within {FEW_SECONDS} s")


def test_the_api_is_killed_twice_and_the_broker_restarted_among_a_thousand_submissions(
    own_queue: str, tmp_path: Path, broker_control: BrokerControl
) -> None:
    api = Api(tmp_path / "api.log", TASK_QUEUE=own_queue)
    workers = [
        Worker(tmp_path / f"{number}.log", TASK_QUEUE=own_queue, TASK_LEASE="2")
        for number in range(2)
    ]
    client = Client(api.url)

    def accepted(number: int) -> None:
        wait_until(lambda: len(client.accepted) >= number, f"{number} submissions", FEW_SECONDS)

    with running(api, *workers), ThreadPoolExecutor(CLIENTS) as threads:
        submissions = [threads.submit(client.submit, number) for number in range(SUBMISSIONS)]
        accepted(SUBMISSIONS // 5)
        api.kill()
        api.start()
        accepted(2 * SUBMISSIONS // 5)
        broker_control("stop")
        broker_control("start")
        accepted(3 * SUBMISSIONS // 5)
        api.kill()
        api.start()
        for submission in submissions:
            submission.result(FEW_SECONDS)
        ids = list(client.accepted.values())
        wait_until(lambda: unfinished(ids) == 0, "the end of every task", FEW_SECONDS)
        wait_until(
            lambda: sql("SELECT 1 FROM outbox WHERE queue = $1", own_queue) == [], "the outbox"
        )

    assert len(set(ids)) == SUBMISSIONS
    stored = sql(
        "SELECT count(*) FROM tasks WHERE idempotency_key = ANY($1)", list(client.accepted)
    )
    assert stored[0][0] == SUBMISSIONS
    assert results(ids) == SUBMISSIONS
    assert histories(ids) == {("pending", "processing", "completed"): SUBMISSIONS}
    print(f"\n{SUBMISSIONS} accepted, all completed once; on the way: {dict(client.trouble)}")


def test_three_workers_are_killed_at_random_among_five_hundred_tasks(
    own_queue: str, tmp_path: Path
) -> None:
    api = Api(tmp_path / "api.log", TASK_QUEUE=own_queue)
    workers = [
        Worker(tmp_path / f"{number}.log", TASK_QUEUE=own_queue, TASK_LEASE="2")
        for number in range(WORKERS)
    ]
    ids: list[str] = []

    with running(api, *workers):
        luck = random.Random(5)  # noqa: S311 (the same luck each time)
        for kill in range(KILLS):
            # However quick the machine is, there is something left to do at each kill.
            ids += asyncio.run(store(own_queue, TASKS // KILLS))
            left = luck.randrange(1, TASKS // KILLS)
            enough = partial(at_most_unfinished, left, ids)
            wait_until(enough, "some tasks", FEW_SECONDS)
            victim = luck.choice(workers)
            victim.kill()
            victim.ready_file.unlink(missing_ok=True)
            victim.start(wait=False)
            if kill % 3 == 2:
                victim.wait_until_ready()
        wait_until(lambda: unfinished(ids) == 0, "the end of every task", FEW_SECONDS)
        for worker in workers:
            worker.wait_until_ready()

    assert results(ids) == TASKS
    assert histories(ids) == {("pending", "processing", "completed"): TASKS}
    again = sql("SELECT count(*) FROM tasks WHERE task_id = ANY($1::uuid[]) AND attempts > 1", ids)
    print(f"\n{TASKS} tasks, {KILLS} kills, {again[0][0]} taken over, each completed once")


async def store(queue: str, number: int) -> list[str]:
    """Store tasks whose messages the relay is to publish."""
    database = Database(Settings.load().database, pool_size=1, limit=60)
    ids = []
    async with database.transaction() as session:
        for _ in range(number):
            task = await TaskRepository(session).create_task("bell", 1000, None)
            assert task is not None
            await OutboxRepository(session).add(task.task_id, queue, "")
            ids.append(str(task.task_id))
    await database.close()
    return ids
