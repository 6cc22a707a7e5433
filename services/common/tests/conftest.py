import json
from collections.abc import Callable
from typing import Any

import pytest

from hdms_testing.processes import free_port, manage

pytest_plugins = ["hdms_testing.plugin"]


@pytest.fixture
def closed_port() -> str:
    """A port on which nobody listens."""
    return str(free_port())


@pytest.fixture
def verify() -> Callable[..., dict[str, Any]]:
    """Runs one check of `manage.py verify --json` with some variables changed."""

    def run(check: str, **environment: str) -> dict[str, Any]:
        finished = manage("verify", check, "--json", **environment)
        (result,) = json.loads(finished.stdout)
        assert finished.returncode == (0 if result["status"] == "pass" else 1)
        return result

    return run
