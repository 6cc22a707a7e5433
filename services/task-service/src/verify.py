"""`python -m src.verify [db] [queue] [--json]`: prove this service's connections."""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict

from src.checks import CHECKS, run
from src.checks.result import CheckResult
from src.config import SERVICE, Settings


async def verify(settings: Settings, names: Sequence[str]) -> list[CheckResult]:
    """Run the named checks side by side; each is bounded."""
    return list(await asyncio.gather(*(run(name, settings) for name in names)))


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
    results = asyncio.run(verify(Settings.load(), names))
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        for result in results:
            print(
                f"{result.status:4}  {result.id:8}  {result.latency_ms:7.1f} ms  {result.message}"
            )
            if result.hint:
                print(f"      {result.hint}")
    return 1 if any(result.status == "fail" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
