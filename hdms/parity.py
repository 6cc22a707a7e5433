"""Comparing what two engines' stacks proved: the same system, or not.

`python -m hdms.parity ONE.json OTHER.json` compares what two `inv verify --json` printed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hdms.checks.result import CheckResult

# What differs from one run to the next on the same engine, beside times (`..._ms`); and RabbitMQ's
# release: Debian 12 has 3.10, the container 4.
_VARYING = ("backends_seen", "worker", "release")


def differences(one: Sequence[CheckResult], other: Sequence[CheckResult]) -> list[str]:
    """Return what differs between two runs of `verify`, a line each; names come from `id`."""
    facts, other_facts = _facts(one), _facts(other)
    return [
        f"{name}: {facts.get(name, 'absent')} and {other_facts.get(name, 'absent')}"
        for name in sorted(facts.keys() | other_facts.keys())
        if facts.get(name) != other_facts.get(name)
    ]


def _facts(results: Sequence[CheckResult]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for result in results:
        facts[result.id] = result.status if result.passed else f"fail ({result.message})"
        for name, value in result.measurements.items():
            if not name.endswith("_ms") and name not in _VARYING:
                # The engines may carry different releases of one major version.
                told = str(value).split(".")[0] if name.endswith("version") else value
                facts[f"{result.id} {name}"] = told
    return facts


def read(path: Path) -> list[CheckResult]:
    """Return what `inv verify --json` printed into a file."""
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    return [CheckResult(**{k: v for k, v in result.items() if k != "id"}) for result in results]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("printed", nargs=2, type=Path, help="what `inv verify --json` printed")
    found = differences(*map(read, parser.parse_args().printed))
    sys.exit("\n".join(found) or None)
