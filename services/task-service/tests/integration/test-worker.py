#!/usr/bin/env python
"""A running worker takes tasks from the queue and changes their status (spec 003, T049).

usage: tests/integration/test-worker.py [URL]; default TASK_SERVICE_URL or http://127.0.0.1:8001
"""

import json
import os
import sys
import time
from typing import Any
from urllib.request import Request, urlopen

SECONDS = 60
EXPECTED = {
    "bell": "completed",
    "ghz": "completed",
    "test": "completed",
    "OPENQASM 3.0; qubit[2 q;": "failed",
}


def ask(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """GET, or POST with a body; the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"Content-Type": "application/json"}), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def main(url: str) -> int:
    """Submit one task of each kind; 1 if one of them does not end as it should."""
    ids = {
        circuit: ask(f"{url}/tasks", {"circuit": circuit, "shots": 100})["task_id"]
        for circuit in EXPECTED
    }
    failures, deadline = 0, time.monotonic() + SECONDS
    for circuit, task_id in ids.items():
        task = ask(f"{url}/tasks/{task_id}")
        while task["status"] not in ("completed", "failed") and time.monotonic() < deadline:
            time.sleep(0.2)
            task = ask(f"{url}/tasks/{task_id}")
        history = [entry["status"] for entry in task["status_history"]]
        good = history == ["pending", "processing", EXPECTED[circuit]]
        if EXPECTED[circuit] == "completed":
            good = good and sum(task["result"]["counts"].values()) == 100
        else:
            good = good and bool(task["error_message"])
        failures += not good
        print(f"{'ok' if good else 'FAILED'}  {circuit[:30]}: {' -> '.join(history)}")
    return 1 if failures else 0


if __name__ == "__main__":
    default = os.environ.get("TASK_SERVICE_URL", "http://127.0.0.1:8001")
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else default))
