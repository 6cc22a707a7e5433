"""Checks, run side by side and each for a bounded time."""

import threading
import time
from collections.abc import Iterable, Mapping

from hdms_common.result import Check, CheckFailed, CheckResult, remedy

LIMIT_SECONDS = 8.0


def run(check_id: str, check: Check, *, service: str, secrets: Iterable[str]) -> CheckResult:
    """Run one check of `service`. Never raises: a check that crashes is a failed result.

    Args:
        secrets: what no message may hold, whoever worded it.
    """
    start = time.perf_counter()

    def elapsed_ms() -> float:
        return round((time.perf_counter() - start) * 1000, 2)

    try:
        proof = check()
    except CheckFailed as failure:
        return CheckResult(check_id, "fail", str(failure), failure.hint, elapsed_ms())
    except Exception as error:
        hint = remedy(error, "")
        crashed = "" if hint else "the check crashed: "
        message = f"{service}: {crashed}{type(error).__name__}: {error}"
        for secret in filter(None, secrets):
            message = message.replace(secret, "***")
        hint = hint or "this is a defect of the check: please report it"
        return CheckResult(check_id, "fail", message, hint, elapsed_ms())
    return CheckResult(check_id, "pass", proof.message, "", elapsed_ms(), proof.measurements)


def run_side_by_side(
    checks: Mapping[str, Check],
    *,
    service: str,
    secrets: Iterable[str],
    needs: str,
) -> list[CheckResult]:
    """Run every check in a thread of its own; one still running after LIMIT_SECONDS has failed.

    Args:
        needs: what then hangs, e.g. "PgBouncer, PostgreSQL or Redis".
    """
    secrets = tuple(secrets)
    results = {
        name: CheckResult(
            name,
            "fail",
            f"{service}: the check {name} did not finish within {LIMIT_SECONDS:.0f} s: "
            f"{needs} hangs",
            "`inv infra.status` shows what hangs",
            LIMIT_SECONDS * 1000,
        )
        for name in checks
    }

    def record(name: str, check: Check) -> None:
        results[name] = run(name, check, service=service, secrets=secrets)

    # Daemons, so that one that hangs does not keep the process.
    threads = [threading.Thread(target=record, args=item, daemon=True) for item in checks.items()]
    deadline = time.monotonic() + LIMIT_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return list(results.values())
