"""The front door's own check, and a machine without nginx."""

import shutil
from collections.abc import Iterator

import pytest
from conftest import LIGHT, Running
from front_door import DOWN, behind, behind_all

from hdms.catalog import FRONTEND, SERVICES, component_names
from hdms.checks.result import CheckFailed
from hdms.checks.services import health
from hdms.checks.suite import verify
from hdms.doctor import examine
from hdms.engines.embedded import frontend
from hdms.errors import HdmsError


@pytest.fixture
def no_nginx(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nginx is not installed."""
    which = shutil.which
    frontend.nginx.cache_clear()
    monkeypatch.setattr(
        shutil,
        "which",
        lambda name, **more: None if name == "nginx" else which(name, **more),
    )
    yield
    frontend.nginx.cache_clear()


def test_without_nginx_only_the_front_door_is_refused_and_the_package_named(
    no_nginx: None, fresh: Running
) -> None:
    engine, environment = fresh
    with pytest.raises(HdmsError) as refused:
        engine.up(environment, [FRONTEND.name], print)
    assert "apt-get install nginx" in refused.value.hint
    assert engine.running() == set()

    engine.up(environment, LIGHT, print)
    assert engine.running() == set(LIGHT)

    (finding,) = [finding for finding in examine(engine) if finding.subject == "nginx"]
    assert finding.state == "fail"
    with pytest.raises(HdmsError, match="nginx was not found"):
        engine.restart(environment, FRONTEND.name, print)


def proven(door: Running) -> dict[str, str]:
    """What `inv verify.health` says of the front door."""
    results = verify(*door, ["health"], print)
    (result,) = [result for result in results if result.subject == FRONTEND.name]
    if result.passed:
        assert set(result.measurements["services_ms"]) == {service.name for service in SERVICES}
    return {"status": result.status, "message": result.message, "hint": result.hint}


def test_the_check_goes_through_the_front_door_to_every_service(door: Running) -> None:
    with behind_all(door):
        assert proven(door)["status"] == "pass"


def test_the_check_names_the_service_that_is_away_or_not_ready(door: Running) -> None:
    with behind_all(door, user_service=DOWN):
        unready = proven(door)
    with behind(door, "user-service"):
        away = proven(door)

    assert "user-service is not ready: cache (Redis)" in unready["message"]
    assert "ticket-service" not in unready["message"]
    assert "/health/ticket-service answered 503" in away["message"]
    assert "user-service" not in away["message"]
    assert away["hint"] == "inv services.up"


def test_somebody_elses_server_on_the_port_is_not_the_front_door(fresh: Running) -> None:
    engine, environment = fresh
    with behind(fresh, FRONTEND.name):
        (result,) = [
            result
            for result in verify(engine, environment, ["health"], print)
            if result.subject == FRONTEND.name
        ]
    with behind(fresh, "user-service"), pytest.raises(CheckFailed, match="is user-service, not"):
        health(engine.address(environment, "user-service"), "/health/ready", FRONTEND.name)

    assert not result.passed


def test_the_check_is_left_out_where_the_front_door_does_not_run(running: Running) -> None:
    results = verify(*running, ["health"], print, only_running=True)

    assert [result.subject for result in results] == component_names()
