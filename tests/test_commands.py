"""The commands as a person types them, in a process of their own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Edit, Running, inv

from hdms.stack import PROJECT, Stack


@pytest.fixture
def empty(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def test_every_command_has_help(empty: Stack) -> None:
    listed = inv(empty, "--list", "--list-format=json")
    collections = [json.loads(listed.stdout)]
    descriptions = []
    while collections:
        collection = collections.pop()
        collections += collection["collections"]
        descriptions += [(task["name"], task["help"]) for task in collection["tasks"]]

    assert len(descriptions) > 20
    assert [name for name, text in descriptions if not text] == []


@pytest.mark.parametrize(
    "words",
    [("infra.up",), ("services.up",), ("migrate", "--all"), ("verify",), ("env.sync",)],
    ids=" ".join,
)
def test_without_env_files_nothing_starts_and_init_is_named(
    empty: Stack, words: tuple[str, ...]
) -> None:
    refused = inv(empty, *words)

    assert refused.returncode == 2
    assert "inv env.init" in refused.stderr
    assert not empty.state.exists()


def test_bad_values_are_refused_before_anything_starts(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "PGBOUNCER_POOL_SIZE", "500")

    refused = inv(stack, "infra.up")

    assert refused.returncode == 2
    assert re.search(r"\.env:\d+: PGBOUNCER_POOL_SIZE=500: .* 25 to 50", refused.stderr)
    assert not stack.state.exists()


def test_status_of_a_stack_that_does_not_run_is_json(stack: Stack) -> None:
    units = json.loads(inv(stack, "infra.status", "--json").stdout)

    assert {unit["name"]: unit["state"] for unit in units} == {
        "postgres": "stopped",
        "pgbouncer": "stopped",
        "redis": "stopped",
        "rabbitmq": "stopped",
    }


def test_check_reports_drift_with_exit_code_1_and_changes_nothing(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "another-password")
    before = stack.service_env("user-service").read_text()

    checked = inv(stack, "env.sync", "--check")

    assert checked.returncode == 1
    assert "services/user-service/.env: REDIS_PASSWORD" in checked.stdout
    assert "another-password" not in checked.stdout
    assert stack.service_env("user-service").read_text() == before


def test_sync_carries_shared_values_and_a_second_run_has_nothing_to_do(
    stack: Stack, edit: Edit
) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "another-password")

    first, second = inv(stack, "env.sync"), inv(stack, "env.sync")

    assert first.returncode == 0, first.stderr
    assert "REDIS_PASSWORD=another-password" in stack.service_env("file-service").read_text()
    assert "nothing to do" in second.stdout


def test_settings_for_another_postgresql_server_do_not_matter(
    fresh: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = fresh
    for name, value in {"PGSSLMODE": "verify-full", "PGPORT": "9", "PGOPTIONS": "-c a.b=1"}.items():
        monkeypatch.setenv(name, value)

    started = inv(engine.stack, "infra.up")
    engine.down([], print)

    assert started.returncode == 0, started.stderr


def test_deleting_data_asks_and_without_a_terminal_refuses(stack: Stack) -> None:
    refused = inv(stack, "infra.down", "--volumes")

    assert refused.returncode == 2
    assert "--yes" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("infra.restart", "mysql"), "expected one of: postgres, pgbouncer, redis, rabbitmq"),
        (("infra.logs", "mysql"), "expected one of"),
        (("migrate", "--service", "mail"), "there is no service 'mail'"),
        (("migrate", "--service", "frontend"), "frontend-service is nginx: it has no .env"),
        (("env.show", "--service", "frontend"), "frontend-service is nginx"),
        (("services.manage", "frontend", "shell"), "frontend-service is nginx"),
        (("migrate",), "--all or --service"),
        (("infra.up", "--engine", "vagrant"), "there is no engine 'vagrant'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_name_is_refused_with_what_is_expected(
    stack: Stack, words: tuple[str, ...], said: str
) -> None:
    refused = inv(stack, *words)

    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_name_may_follow_logs_or_be_left_out(stack: Stack) -> None:
    assert "frontend-service has no log yet" in inv(stack, "services.logs").stdout
    assert "redis has no log yet" in inv(stack, "infra.logs", "redis").stderr
    assert "postgres has no log yet" in inv(stack, "infra.logs").stdout


def test_listing_the_commands_imports_nothing_heavy() -> None:
    heavy = "psycopg redis rich supervisor psutil nox"
    code = f"import tasks, sys; print(*(set('{heavy}'.split()) & set(sys.modules)))"

    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert printed.stdout.split() == []


@pytest.mark.parametrize(
    ("written", "meant"), [("infra.upp", "infra.up"), ("verify.healthy", "verify.health")]
)
def test_a_command_that_does_not_exist_is_answered_with_the_nearest(
    empty: Stack, written: str, meant: str
) -> None:
    refused = inv(empty, written)

    assert refused.returncode == 1
    assert f"no command is called '{written}'" in refused.stderr
    assert f"do:  inv {meant}, " in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("infra.logs", "redis", "--lines", "abc"), "--lines abc: expected a number"),
        (("infra.logs", "redis", "--lines", "-5"), "--lines -5: expected 0 or more"),
        (("infra.logs", "--lines"), "--lines: expected a value"),
        (("infra.up", "--engin", "embedded"), "inv infra.up has no option --engin"),
        (("infra.start",), "'name'"),
    ],
)
def test_words_that_do_not_fit_are_refused_in_one_screen(
    stack: Stack, words: tuple[str, ...], said: str
) -> None:
    refused = inv(stack, *words)
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_name_that_nobody_knows_is_warned_of(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_PASSWROD", "abc")

    assert "nothing reads REDIS_PASSWROD: is REDIS_PASSWORD meant?" in inv(stack, "env.show").stderr


def test_after_the_advised_removal_of_the_root_file_free_ports_are_taken(stack: Stack) -> None:
    stack.root_env.unlink()

    assert inv(stack, "env.init", "--free-ports").returncode == 0
    assert "nothing to do" in inv(stack, "env.sync").stdout
