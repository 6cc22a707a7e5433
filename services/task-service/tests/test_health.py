"""GET /health, /health/live and /health/ready"""

from pathlib import Path

import httpx

from tests.processes import Api, free_port, running, wait_until


def test_everything_is_there(api: Api) -> None:
    # Each look has 1.5 s: a busy machine needs several.
    wait_until(lambda: httpx.get(f"{api.url}/health/ready").status_code == 200, "readiness")
    assert httpx.get(f"{api.url}/health").json() == {
        "service": "task-service",
        "status": "healthy",
        "database_status": "connected",
        "queue_status": "connected",
    }
    assert httpx.get(f"{api.url}/health/live").json() == {
        "service": "task-service",
        "status": "live",
    }
    ready = httpx.get(f"{api.url}/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert set(ready.json()["dependencies"]) == {"database", "queue"}
    for state in ready.json()["dependencies"].values():
        assert (state["status"], state["error"]) == ("up", "")
        assert state["latency_ms"] > 0


def test_without_dependencies_it_lives_and_says_which_is_away(queue: str, tmp_path: Path) -> None:
    away = {"DB_PORT": str(free_port()), "RABBITMQ_PORT": str(free_port())}
    api = Api(tmp_path / "log", TASK_QUEUE=queue, **away)
    with running(api):
        health, ready = (httpx.get(f"{api.url}/health{path}") for path in ("", "/ready"))
        task = httpx.get(f"{api.url}/tasks")
        submission = httpx.post(f"{api.url}/tasks", json={"circuit": "test"})

    assert (health.status_code, ready.status_code) == (503, 503)
    assert health.json()["database_status"] == health.json()["queue_status"] == "disconnected"
    errors = {name: state["error"] for name, state in ready.json()["dependencies"].items()}
    for name, port in (("database", away["DB_PORT"]), ("queue", away["RABBITMQ_PORT"])):
        assert name in errors[name]
        assert port not in errors[name]  # anybody may ask
        assert port in api.log
    for answer in (task, submission):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
