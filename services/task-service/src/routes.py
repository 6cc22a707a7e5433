"""The endpoints (spec 003, T015 to T019, T025 to T027, T040)."""

import uuid
from typing import Annotated, Any, TypeVar, cast

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from src import health
from src.circuits.limits import reason_to_refuse
from src.config import Settings
from src.db.models import TaskStatus
from src.db.repository import TaskRepository
from src.db.session import Database
from src.models import (
    CURSOR_PATTERN,
    IDEMPOTENCY_KEY_PATTERN,
    TaskList,
    TaskStatusResponse,
    TaskSubmit,
    TaskSubmitResponse,
    TaskSummary,
    cursor_of,
    parse_cursor,
    parse_task_id,
)
from src.problems import Problem
from src.resources import Resources
from src.services.task_service import KeyReused, TaskService

router = APIRouter()

Answer = TypeVar("Answer", bound=BaseModel)


def unavailable(description: str) -> dict[int | str, dict[str, Any]]:
    """The answer while a dependency is away."""
    seconds = {"schema": {"type": "integer"}, "description": "seconds"}
    headers = {"Retry-After": seconds}
    return {503: {"model": Problem, "description": description, "headers": headers}}


DATABASE_AWAY = unavailable("The database is away")


def resources(request: Request) -> Resources:
    """What the process holds."""
    held: Resources = request.app.state.resources
    return held


def settings(held: Annotated[Resources, Depends(resources)]) -> Settings:
    """The process's settings."""
    return held.settings


def database(held: Annotated[Resources, Depends(resources)]) -> Database:
    """The process's pool of connections."""
    return held.database


def task_service(held: Annotated[Resources, Depends(resources)]) -> TaskService:
    """What submits tasks."""
    return TaskService(held.database, held.publisher)


def task_id(
    text: Annotated[
        str,
        Path(alias="task_id", json_schema_extra={"format": "uuid"}, description="the task's id"),
    ],
) -> uuid.UUID:
    """The task id in the path; 400 where it is malformed."""
    parsed = parse_task_id(text)
    if parsed is None:
        raise HTTPException(400, "The task id is malformed: expected a UUID.")
    return parsed


@router.post(
    "/tasks",
    status_code=201,
    tags=["tasks"],
    summary="Submit a circuit",
    responses={
        200: {
            "model": TaskSubmitResponse,
            "description": "This Idempotency-Key has submitted this task already: "
            "the first answer again",
        },
        400: {"model": Problem, "description": "The body cannot be read"},
        409: {"model": Problem, "description": "The Idempotency-Key stands for another task"},
        413: {"model": Problem, "description": "The body is too large"},
        **unavailable("The database or the queue is away; nothing was accepted"),
    },
)
async def submit(
    body: TaskSubmit,
    response: Response,
    service: Annotated[TaskService, Depends(task_service)],
    chosen: Annotated[Settings, Depends(settings)],
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=IDEMPOTENCY_KEY_PATTERN,
            description="Names this submission: sent again with the same body, it makes no second "
            "task; with another body it is refused (409)",
        ),
    ] = None,
) -> TaskSubmitResponse:
    """Store a task and queue it; a worker runs it."""
    if reason := reason_to_refuse(body.circuit, chosen.max_qubits):
        raise _refused("body", "circuit", reason)
    try:
        submission = await service.submit_task(body.circuit, body.shots, idempotency_key)
    except KeyReused:
        raise HTTPException(409, "This Idempotency-Key was used for another task.") from None
    if not submission.created:
        response.status_code = 200
    response.headers["Location"] = f"/tasks/{submission.task_id}"
    return TaskSubmitResponse(task_id=submission.task_id, submitted_at=submission.submitted_at)


@router.get(
    "/tasks",
    tags=["tasks"],
    summary="List tasks, the newest first",
    responses=DATABASE_AWAY,
)
async def list_tasks(
    pool: Annotated[Database, Depends(database)],
    status: Annotated[TaskStatus | None, Query(description="only tasks that are so")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="tasks on a page")] = 50,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR_PATTERN, description="`next_cursor` of the page before")
    ] = None,
) -> TaskList:
    """A page of tasks; a task submitted meanwhile shifts nobody else to another page."""
    after = parse_cursor(cursor) if cursor is not None else None
    async with pool.transaction() as session:
        # One more than asked for tells whether there is a next page.
        tasks = await TaskRepository(session).list_tasks(status, after, limit + 1)
    page = tasks[:limit]
    return TaskList(
        tasks=[TaskSummary.of(task) for task in page],
        next_cursor=cursor_of(page[-1]) if len(tasks) > limit else None,
    )


@router.get(
    "/tasks/{task_id}",
    tags=["tasks"],
    summary="A task, its result and its history",
    responses={
        400: {"model": Problem, "description": "The task id is malformed"},
        404: {"model": Problem, "description": "There is no such task"},
        **DATABASE_AWAY,
    },
)
async def get_task(
    wanted: Annotated[uuid.UUID, Depends(task_id)],
    pool: Annotated[Database, Depends(database)],
) -> TaskStatusResponse:
    """Everything that is known of a task."""
    async with pool.transaction() as session:
        task = await TaskRepository(session).get_task_with_history(wanted)
    if task is None:
        raise HTTPException(404, "There is no such task.")
    return TaskStatusResponse.of(task)


@router.get("/health", tags=["health"], responses={503: {"model": health.Health}})
async def get_health(chosen: Annotated[Settings, Depends(settings)]) -> health.Health:
    """Whether the database and the queue are there; 503 when one is not."""
    found = await health.health(chosen)
    return _with_status(found, found.status == "healthy")


@router.get("/health/live", tags=["health"])
async def get_live() -> health.Liveness:
    """The process answers; no dependency is asked."""
    return health.Liveness()


@router.get("/health/ready", tags=["health"], responses={503: {"model": health.Readiness}})
async def get_ready(chosen: Annotated[Settings, Depends(settings)]) -> health.Readiness:
    """Every dependency with its state and latency; 503 when one is down."""
    found = await health.readiness(chosen)
    return _with_status(found, found.status == "ready")


def _with_status(model: Answer, good: bool) -> Answer:
    # FastAPI documents what a function says it returns, and sends an answer as it is.
    return cast(Answer, JSONResponse(model.model_dump(), status_code=200 if good else 503))


def _refused(place: str, name: str, reason: str) -> RequestValidationError:
    return RequestValidationError(
        [{"loc": (place, name), "msg": reason, "type": "circuit_refused", "input": None}]
    )
