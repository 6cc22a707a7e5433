"""The proofs that the service reaches its database and its queue, each bounded in time."""

import asyncio
from collections.abc import Awaitable, Callable

from hdms_common.result import Check, CheckFailed, Proof
from src.checks.database import prove_database
from src.checks.queue import prove_queue
from src.config import SERVICE, Settings

LIMIT_SECONDS = 6.0

CHECKS: dict[str, Callable[[Settings], Awaitable[Proof]]] = {
    "db": prove_database,
    "queue": prove_queue,
}


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by id."""
    return {name: _bounded(name, settings) for name in CHECKS}


def _bounded(name: str, settings: Settings) -> Check:
    async def prove() -> Proof:
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return await CHECKS[name](settings)
        except TimeoutError as error:
            raise CheckFailed(
                f"{SERVICE}: no answer to the check of its {name} within the time it has",
                "what stands behind it may be out of disk or memory: `inv verify.health`",
            ) from error

    return lambda: asyncio.run(prove())
