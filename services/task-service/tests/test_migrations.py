"""Down and up again, with data (migrations/README.md)."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import Api, run, running, sql, wait_until


def alembic(*arguments: str) -> str:
    finished = run("-m", "alembic", *arguments)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(autouse=True)
def at_head_afterwards(migrated: None) -> Iterator[None]:
    yield
    alembic("upgrade", "head")


def test_tasks_survive_the_way_down_and_up(own_queue: str, tmp_path: Path) -> None:
    api = Api(tmp_path / "log", TASK_QUEUE=own_queue)
    with running(api):
        ids = [api.submit("bell", shots=shots) for shots in (1, 2, 3)]
        before = [api.task(task_id) for task_id in ids]

    alembic("downgrade", "001")
    columns = sql(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = 'tasks'"
    )
    assert "idempotency_key" not in {row[0] for row in columns}
    assert sql("SELECT to_regclass('outbox')")[0][0] is None
    with running(api):
        assert httpx.post(f"{api.url}/tasks", json={"circuit": "bell"}).status_code == 503
    assert sql("SELECT count(*) FROM tasks WHERE task_id = ANY($1::uuid[])", ids)[0][0] == 3

    run_up = run("-m", "alembic", "upgrade", "head", TASK_QUEUE=own_queue)
    assert run_up.returncode == 0, run_up.stderr
    # What was pending gets a message again: the outbox that it may have been in was dropped.
    waiting = sql("SELECT task_id::text FROM outbox WHERE queue = $1", own_queue)
    assert set(ids) <= {row[0] for row in waiting}
    with running(api):
        assert [api.task(task_id) for task_id in ids] == before
        unpublished = "SELECT 1 FROM outbox WHERE queue = $1 AND publications = 0"
        wait_until(lambda: not sql(unpublished, own_queue), "the relay")


def test_the_tables_are_those_of_the_models() -> None:
    assert "No new upgrade operations detected" in alembic("check")


def test_three_at_once_do_not_disturb_each_other() -> None:
    from concurrent.futures import ThreadPoolExecutor

    alembic("downgrade", "001")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: alembic("upgrade", "head"), range(3)))

    assert "002 (head)" in alembic("current")


def test_what_a_running_version_could_not_live_with_is_refused_and_changes_nothing() -> None:
    refused = run("-m", "alembic", "-x", "while-serving=yes", "downgrade", "001")

    assert refused.returncode != 0
    assert "inv services.update" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "002 (head)" in alembic("current")
