"""The proofs that the service reaches its database and its queue, each bounded in time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from src.checks.database import prove_database
from src.checks.queue import prove_queue
from src.checks.result import LIMIT_SECONDS, CheckResult, Proof
from src.config import SERVICE, Settings
from src.db.direct import Explained

Check = Callable[[Settings], Awaitable[Proof]]

CHECKS: dict[str, Check] = {"db": prove_database, "queue": prove_queue}


async def run(check_id: str, settings: Settings) -> CheckResult:
    """Run one check. Never raises: a check that crashes is a failed result."""
    start = time.perf_counter()

    def elapsed() -> float:
        return round((time.perf_counter() - start) * 1000, 2)

    try:
        async with asyncio.timeout(LIMIT_SECONDS + 1):
            proof = await CHECKS[check_id](settings)
    except Explained as failure:
        return CheckResult(check_id, "fail", str(failure), failure.hint, elapsed())
    except Exception as error:
        message = f"{SERVICE}: the check crashed: {type(error).__name__}: {error}"
        for secret in (settings.database.password, settings.rabbitmq.password):
            message = message.replace(secret, "***")
        hint = "this is a defect of the check: please report it"
        return CheckResult(check_id, "fail", message, hint, elapsed())
    return CheckResult(check_id, "pass", proof.message, "", elapsed(), proof.measurements)
