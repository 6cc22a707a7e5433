"""No task without a message, no message without a task, whenever the process dies."""

import asyncio
import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from src.config import Settings
from src.db.repository import OutboxRepository, TaskRepository
from src.db.session import Database
from tests.processes import Api, Worker, depth, on_channel, running, sql, wait_until


def store(queue: str, number: int, *, commit: bool = True) -> list[str]:
    """What a process leaves that dies between the commit and the publishing, or before."""

    class Crash(Exception):
        pass

    async def main() -> list[str]:
        database = Database(Settings.load().database, pool_size=1, limit=30)
        ids = []
        try:
            async with database.transaction() as session:
                for _ in range(number):
                    task = await TaskRepository(session).create_task("test", 1, None)
                    assert task is not None
                    await OutboxRepository(session).add(task.task_id, queue, "of-the-dead")
                    ids.append(str(task.task_id))
                if not commit:
                    raise Crash
        except Crash:
            pass
        finally:
            await database.close()
        return ids

    ids = asyncio.run(main())
    # What a relay has published meanwhile, since making so many took long, is left alone.
    sql("UPDATE outbox SET publish_after = now() WHERE queue = $1 AND publications = 0", queue)
    return ids


def messages(queue: str) -> list[Any]:
    async def ask(channel: Any) -> list[Any]:
        declared = await channel.declare_queue(queue, passive=True)
        found = []
        while message := await declared.get(fail=False, no_ack=True):
            found.append(message)
        return found

    return list(on_channel(ask))


def left(queue: str) -> int:
    query = "SELECT count(*) FROM outbox WHERE queue = $1 AND publications = 0"
    return int(sql(query, queue)[0][0])


def test_what_a_dead_process_has_stored_is_published_by_the_next(
    own_queue: str, tmp_path: Path
) -> None:
    ids = store(own_queue, 3)

    with running(Api(tmp_path / "log", TASK_QUEUE=own_queue)):
        wait_until(lambda: left(own_queue) == 0, "the relay")

    published = messages(own_queue)
    assert sorted(json.loads(message.body)["task_id"] for message in published) == sorted(ids)
    assert {message.correlation_id for message in published} == {"of-the-dead"}
    assert {message.delivery_mode for message in published} == {2}


def test_several_relays_publish_each_message_once(own_queue: str, tmp_path: Path) -> None:
    relays = [Api(tmp_path / f"{number}.log", TASK_QUEUE=own_queue) for number in range(3)]
    with running(*relays):
        ids = store(own_queue, 300)
        wait_until(lambda: left(own_queue) == 0, "the relays", 60)

    counts = Counter(json.loads(message.body)["task_id"] for message in messages(own_queue))
    assert set(counts) == set(ids)
    # On a machine so busy that a transaction met its limit, its messages are published again.
    interrupted = any("the relay waits" in relay.log for relay in relays)
    assert interrupted or set(counts.values()) == {1}


def test_what_was_not_committed_is_not_published(own_queue: str, tmp_path: Path) -> None:
    (lost,) = store(own_queue, 1, commit=False)
    with running(Api(tmp_path / "log", TASK_QUEUE=own_queue)):
        (stored,) = store(own_queue, 1)
        wait_until(lambda: left(own_queue) == 0, "the relay")

    assert sql("SELECT 1 FROM tasks WHERE task_id = $1::uuid", lost) == []
    assert [json.loads(m.body)["task_id"] for m in messages(own_queue)] == [stored]


def test_another_queues_messages_are_left_alone(api: Api) -> None:
    other = f"other-{uuid.uuid4().hex}"
    store(other, 1)

    api.submit()

    with pytest.raises(AssertionError, match="waited"):
        wait_until(lambda: left(other) == 0, "a relay", 3)
    sql("DELETE FROM outbox WHERE queue = $1", other)


def test_the_message_of_a_task_that_has_not_ended_is_published_again(
    own_queue: str, tmp_path: Path
) -> None:
    with running(Api(tmp_path / "log", TASK_QUEUE=own_queue)):
        (lost,) = store(own_queue, 1)
        wait_until(lambda: left(own_queue) == 0, "the relay")
        assert [json.loads(m.body)["task_id"] for m in messages(own_queue)] == [lost]  # purged
        (again,) = sql("SELECT publish_after - now() FROM outbox WHERE task_id = $1::uuid", lost)
        assert 30 < again[0].total_seconds() < 61
        sql("UPDATE outbox SET publish_after = now() WHERE task_id = $1::uuid", lost)
        twice = "SELECT 1 FROM outbox WHERE task_id = $1::uuid AND publications = 2"
        wait_until(lambda: sql(twice, lost), "the second message")

    assert depth(own_queue) == 1


def test_a_queue_that_was_deleted_is_declared_anew_by_api_and_worker(
    own_queue: str, tmp_path: Path
) -> None:
    api = Api(tmp_path / "api.log", TASK_QUEUE=own_queue)
    worker = Worker(tmp_path / "worker.log", TASK_QUEUE=own_queue)
    with running(api, worker):
        on_channel(lambda channel: channel.queue_delete(own_queue))
        task = api.ended(api.submit())
        left_over = sql("SELECT 1 FROM outbox WHERE task_id = $1::uuid", task["task_id"])

    assert task["status"] == "completed"
    assert left_over == []
