"""A Celery task logs with the id of the request that asked for it. Importing this is enough."""

from typing import Any

from celery import signals

from hdms_common.request_id import request_id

HEADER = "hdms_request_id"


@signals.before_task_publish.connect
def _give(headers: dict[str, Any], **_: object) -> None:
    headers[HEADER] = request_id.get()


@signals.task_prerun.connect
def _take(task: Any, **_: object) -> None:
    request_id.set(getattr(task.request, HEADER, None) or "")


@signals.task_postrun.connect
def _forget(**_: object) -> None:
    request_id.set("")
