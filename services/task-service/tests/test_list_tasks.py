"""GET /tasks"""

from typing import Any

import httpx
import pytest

from tests.processes import Api, sql


def page(api: Api, **query: Any) -> dict[str, Any]:
    answer = httpx.get(f"{api.url}/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_newest_come_first_and_every_task_once(api: Api) -> None:
    ids = [api.submit() for _ in range(7)]
    # Two of the same microsecond, on both sides of a page's end.
    sql(
        "UPDATE tasks SET submitted_at = (SELECT submitted_at FROM tasks WHERE task_id = $1::uuid)"
        " WHERE task_id = $2::uuid",
        ids[4],
        ids[3],
    )

    listed, cursor = [], None
    while len(listed) < 7:
        found = page(api, limit=2, **({"cursor": cursor} if cursor else {}))
        listed += [task["task_id"] for task in found["tasks"]]
        api.submit()  # what comes meanwhile is on no later page
        cursor = found["next_cursor"]

    assert len(set(listed)) == len(listed)
    assert set(listed[:7]) == set(ids)
    assert listed[:2] == [ids[6], ids[5]]


def test_a_status_filters(api: Api) -> None:
    failed, pending = api.submit(), api.submit()
    sql("UPDATE tasks SET current_status = 'failed' WHERE task_id = $1::uuid", failed)

    for status, task_id in (("failed", failed), ("pending", pending)):
        tasks = page(api, status=status)["tasks"]
        assert tasks[0]["task_id"] == task_id
        assert {task["status"] for task in tasks} == {status}


def test_the_last_page_has_no_cursor(api: Api) -> None:
    api.submit()

    assert page(api, cursor=f"{'0' * 16}-{'0' * 32}") == {"tasks": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query",
    [
        {"status": "done"},
        {"limit": 0},
        {"limit": 201},
        {"limit": "x"},
        {"cursor": "x"},
        {"cursor": "\0"},
    ],
)
def test_a_bad_query_is_refused(api: Api, query: dict[str, Any]) -> None:
    assert httpx.get(f"{api.url}/tasks", params=query).status_code == 422
