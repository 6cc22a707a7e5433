"""The web application: `uvicorn src.app:app`, or `python -m src` on WEB_HOST and WEB_PORT."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from hdms_common.request_id import RequestIdMiddleware
from src.body_limit import BodyLimitMiddleware
from src.config import Settings
from src.logging_config import configure_logging
from src.problems import answer_with_problems
from src.resources import open_resources
from src.routes import router
from src.startup import check_dependencies

DESCRIPTION = "Quantum circuits: submitted, queued, run by workers, and their history told."

log = structlog.get_logger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The application; its connections are opened when it starts."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings) as resources:
            application.state.resources = resources
            yield

    application = FastAPIOffline(
        title="HDMS task service",
        version="1.0.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,  # the redirect would be one more status in every document
    )
    application.include_router(router)
    answer_with_problems(application)
    application.add_middleware(BodyLimitMiddleware)
    application.add_middleware(RequestIdMiddleware)
    return application


def _check_dependencies(settings: Settings) -> None:
    """Refuse to start with wrong credentials.

    Here and not in the lifespan, whose failure uvicorn reports with a traceback; in a thread, since
    uvicorn imports us inside of its event loop.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(check_dependencies(settings))).result()


_settings = Settings.load()
configure_logging(_settings)
_check_dependencies(_settings)
app = create_app(_settings)
