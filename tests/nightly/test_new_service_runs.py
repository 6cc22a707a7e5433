"""A service of `inv service.new` runs, is proven and tested, at once."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from checkout import Checkout, copied

from hdms.environment.env_file import EnvFile
from hdms.ports import free_ports


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with copied() as copy:
        copy.must("env.init", "--free-ports")
        try:
            yield copy
        finally:
            copy.must("infra.down", "--volumes", "--yes")


def test_a_new_service_joins_a_stack_that_runs(checkout: Checkout) -> None:
    checkout.must("infra.up")
    checkout.must("migrate", "--all")
    checkout.must("services.up")

    checkout.must("service.new", "trial", f"--port={free_ports(1)[0]}")
    checkout.must("env.init")
    checkout.must("env.sync")
    checkout.must("migrate", "--service", "trial")
    checkout.must("services.up")

    results = json.loads(checkout.must("verify", "--json"))["results"]
    assert [result for result in results if result["status"] != "pass"] == []
    proven = {result["id"] for result in results}
    assert {f"trial-service/{check}" for check in ("db", "cache", "health")} <= proven
    status, ready = at_the_door(checkout, "/health/trial-service")
    assert (status, ready["service"]) == (200, "trial-service")
    assert at_the_door(checkout, "/api/trial/items/")[0] == 401  # the service's own answer

    tests = checkout.python("-m", "nox", "-s", "tests(trial-service)")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert " passed" in tests.stdout + tests.stderr


def at_the_door(checkout: Checkout, path: str) -> tuple[int, dict[str, object]]:
    port = EnvFile.read(checkout.folder / ".env").values["FRONTEND_SERVICE_HOST_PORT"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
