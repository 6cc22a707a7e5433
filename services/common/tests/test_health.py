"""/health/live and /health/ready"""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient


def test_live_says_so_and_names_the_service(client: APIClient) -> None:
    assert client.get("/health/live").json() == {"service": "user-service", "status": "live"}


def test_ready_tells_each_dependency_with_its_latency(client: APIClient) -> None:
    response = client.get("/health/ready")

    dependencies = response.json()["dependencies"]
    assert response.status_code == 200
    assert set(dependencies) == {"database", "cache"}
    for state in dependencies.values():
        assert (state["status"], state["error"]) == ("up", "")
        assert state["latency_ms"] > 0


def test_ready_is_503_and_names_redis_but_no_address_when_redis_is_away(
    client: APIClient, settings: Settings, closed_port: str, caplog: pytest.LogCaptureFixture
) -> None:
    location = f"redis://127.0.0.1:{closed_port}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["dependencies"]["database"]["status"] == "up"
    cache = response.json()["dependencies"]["cache"]
    assert cache["status"] == "down"
    assert "Redis" in cache["error"]
    for internal in (closed_port, "127.0.0.1", "REDIS_"):  # anybody may ask
        assert internal not in cache["error"]
    assert closed_port in caplog.text
