"""Errors as RFC 9457 problems (application/problem+json), the only form that an error has."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from hdms_common.problems import CONTENT_TYPE, problem
from src.errors import Unavailable

RETRY_AFTER_SECONDS = 5

log = structlog.get_logger(__name__)


class Problem(BaseModel):
    """Why there is no other answer; `errors` says what is wrong with which field."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None


def answer(
    status: int,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
) -> JSONResponse:
    """A problem as an answer; `detail` is a sentence for a person, else one for the status."""
    content = problem(status, detail, errors)
    return JSONResponse(content, status, dict(headers or {}), media_type=CONTENT_TYPE)


def answer_with_problems(application: FastAPI) -> None:
    """Give every error of the application this form, in its answers and in its document."""
    application.add_exception_handler(HTTPException, _refused)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(Unavailable, _unavailable)
    application.add_exception_handler(Exception, _failed)
    made = application.openapi

    def document() -> dict[str, Any]:
        return made() if application.openapi_schema else _with_problems(made())

    application.openapi = document  # type: ignore[method-assign]


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for it)
    return answer(error.status_code, f"{error.detail}", error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Without the input, which may be no JSON (NaN, half a character)."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    errors: dict[str, list[str]] = {}
    for item in error.errors():
        # The first part of the place is body, query, path or header.
        name = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
        errors.setdefault(name, []).append(item["msg"])
    told = " ".join(f"{name}: {'; '.join(found)}." for name, found in errors.items())
    return answer(422, told, errors=errors)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unavailable)  # noqa: S101 (registered for it)
    log.error(f"the {error.dependency} is unavailable", reason=str(error), limit_key=str(error))
    detail = f"The {error.dependency} is unavailable, try again shortly."
    return answer(503, detail, {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _failed(request: Request, error: Exception) -> JSONResponse:
    return answer(500)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """FastAPI documents errors as application/json, and a 422 in a form of its own."""
    errors = ("HTTPValidationError", "Problem")
    documented = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for path in document["paths"].values():
        for operation in path.values():
            for told in operation["responses"].values():
                schema = told.get("content", {}).get("application/json", {}).get("schema", {})
                if schema.get("$ref", "").rpartition("/")[2] in errors:
                    told["content"] = {CONTENT_TYPE: documented}
    return document
