"""`python -m src.verify [db] [queue] [--json]`: prove this service's connections."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict

from hdms_common.result import CheckResult
from hdms_common.verify import run_side_by_side
from src.checks import CHECKS, checks
from src.config import SERVICE, Settings


def verify(settings: Settings, names: Sequence[str]) -> list[CheckResult]:
    """Run the named checks side by side; each is bounded."""
    available = checks(settings)
    return run_side_by_side(
        {name: available[name] for name in names},
        service=SERVICE,
        secrets=(settings.database.password, settings.rabbitmq.password),
        needs="PgBouncer, PostgreSQL or RabbitMQ",
    )


def main() -> int:
    """Print the results; exit code 1 if a check fails, 2 if there is no such check."""
    parser = argparse.ArgumentParser(prog="python -m src.verify", description=__doc__)
    parser.add_argument("checks", nargs="*", help=f"{', '.join(CHECKS)}; default: all")
    parser.add_argument("--json", action="store_true", help="print only a JSON array")
    options = parser.parse_args()
    names = options.checks or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        parser.exit(2, f"{SERVICE} has no check {', '.join(unknown)}; it has {', '.join(CHECKS)}\n")
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # the results tell it better
    results = verify(Settings.load(), names)
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        for result in results:
            print(result.line)
            if result.hint:
                print(f"      {result.hint}")
    return 1 if any(result.status == "fail" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
