"""What a service does with an environment that it cannot use."""

from string import ascii_letters

import pytest

from hdms_testing.processes import manage, run, web_server

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "core.settings.prod",
    "ALLOWED_HOSTS": "hdms.test",
    "REDIS_PASSWORD": "p",
    "SECRET_KEY": ascii_letters,
}


@pytest.mark.parametrize("name", ["DB_USER", "DB_PASSWORD", "SECRET_KEY"])
def test_a_missing_variable_ends_it_with_one_line(name: str) -> None:
    finished = manage("check", **{name: ""})

    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert f"user-service: {name} is not set" in finished.stderr


def test_a_missing_variable_ends_the_web_server_with_one_line_too() -> None:
    finished = run(*web_server(), DB_PASSWORD="")

    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert "user-service: DB_PASSWORD is not set" in finished.stderr


def test_the_web_server_does_not_start_with_a_wrong_database_password() -> None:
    finished = run(*web_server(), DB_PASSWORD="not-the-password")

    assert finished.returncode == 1
    assert "password authentication failed (DB_PASSWORD)" in finished.stderr
    assert "not-the-password" not in finished.stderr
    assert "Traceback" not in finished.stderr


def test_production_passes_djangos_deployment_checks() -> None:
    finished = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_PASSWORD", ""),
        ("ALLOWED_HOSTS", ""),
        ("SECRET_KEY", "brief"),
        ("SECRET_KEY", "change-me-" * 6),
    ],
)
def test_production_refuses_what_only_a_developer_may_use(name: str, value: str) -> None:
    finished = manage("check", **{**PRODUCTION, name: value})

    assert finished.returncode == 1
    assert name in finished.stderr
    assert not value or value not in finished.stderr
