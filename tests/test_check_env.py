"""Plain `docker compose` refuses the `.env` that `inv` refuses: one table of values for both."""

import os
import shutil
import subprocess
import uuid

import pytest
from conftest import Edit, turn_for_containers

from hdms.environment.validation import load
from hdms.errors import InvalidInput
from hdms.ports import free_ports
from hdms.stack import PROJECT, Stack

LONG = "a" * 1000
# name, value as it stands in the file, whether development takes it, whether production does
TABLE = [
    ("REDIS_PASSWORD", "", True, False),
    ("REDIS_PASSWORD", "abc", True, False),
    ("REDIS_PASSWORD", "postgres", True, False),
    ("REDIS_PASSWORD", "sixteen-letters-and-more", True, True),
    ("REDIS_PASSWORD", "'sixteen-letters-and-more'", True, True),
    ("REDIS_PASSWORD", '"sixteen-letters-and-more"', True, True),
    ("REDIS_PASSWORD", "sixteen-letters-$and-more", False, False),
    ("REDIS_PASSWORD", "sixteen-letters-$$and-more", False, False),
    ("REDIS_PASSWORD", "sixteen-letters-and-more #def", False, False),
    ("REDIS_PASSWORD", "sixteen-letters-and-#more", False, False),
    ("REDIS_PASSWORD", "'sixteen letters and more'", False, False),
    ("REDIS_PASSWORD", "sixteen-letters-and-möre", False, False),
    ("REDIS_PASSWORD", "sixteen!%&()*+,-./:;<=>?@[]^_{|}~", True, True),
    ("REDIS_PASSWORD", "sixteen-letters-and-\\more", False, False),
    ("POSTGRES_PASSWORD", "", False, False),
    ("POSTGRES_PASSWORD", LONG, True, True),
    ("POSTGRES_PASSWORD", f"{LONG}a", False, False),
    ("USER_SERVICE_SECRET_KEY", "sixteen-letters-and-more", True, False),
    ("USER_SERVICE_SECRET_KEY", f"change-me-{'a' * 50}", True, False),
    ("POSTGRES_DB", "template1", False, False),
    ("POSTGRES_DB", "Hdms", False, False),
    ("POSTGRES_DB", "a" * 63, True, True),
    ("POSTGRES_DB", "a" * 64, False, False),
    ("POSTGRES_DB", "other # than before", True, True),
    ("PGBOUNCER_POOL_SIZE", "24", False, False),
    ("PGBOUNCER_POOL_SIZE", "50", True, True),
    ("PGBOUNCER_POOL_SIZE", "050", False, False),
    ("REDIS_HOST_PORT", "70000", False, False),
    ("HDMS_ENVIRONMENT", "staging", False, False),
    ("POSTGRES_USER", "user_service", False, False),
    ("POSTGRES_USER", "pg_me", False, False),
    ("POSTGRES_USER", "pgme", True, True),
    ("PGBOUNCER_USER", "task_service", False, False),
    ("RABBITMQ_USER", "guest", False, False),
    ("PGBOUNCER_PASSWORD", "another-than-of-postgres", False, False),
    ("REDIS_HOST_PORT", "6432", False, False),  # PgBouncer's
    ("LOG_LEVEL", "DEBUG", False, False),  # of a service's file
    ("SOMETHING_ELSE", "'any thing' # $at all", True, True),
    ("SOMETHING_ELSE", "'open", False, False),
    ("SOMETHING_ELSE", "a\tb", False, False),
    ("SOMETHING_ELSE", "a\nSOMETHING_ELSE=b", False, False),
]


def taken_by_inv(stack: Stack) -> bool:
    try:
        load(stack)
    except InvalidInput:
        return False
    return True


def check(stack: Stack) -> subprocess.CompletedProcess[str]:
    """Check a `.env` as the container does."""
    folder = PROJECT / "config" / "check-env"
    command = ["awk", "-f", folder / "check.awk", folder / "rules", stack.root_env]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("awk"), reason="needs awk, which the container has")
@pytest.mark.parametrize("production", [False, True], ids=["development", "production"])
@pytest.mark.parametrize(
    ("name", "value", "developed", "produced"), TABLE, ids=lambda v: str(v)[:30]
)
def test_both_ways_in_take_and_refuse_the_same(
    stack: Stack,
    edit: Edit,
    name: str,
    value: str,
    developed: bool,
    produced: bool,
    production: bool,
) -> None:
    if production:
        edit(stack.root_env, "HDMS_ENVIRONMENT", "production")
    edit(stack.root_env, name, value)

    found = check(stack)

    expected = produced if production else developed
    assert (taken_by_inv(stack), found.returncode == 0) == (expected, expected), found.stdout
    if not expected:
        assert f": {name}: " in found.stdout
        if name.endswith(("PASSWORD", "KEY")) and len(value) > 8:  # else it is part of a word
            assert value not in found.stdout


@pytest.mark.parametrize("line", ["just words", "REDIS_HOST_PORT", "=16379"])
def test_both_refuse_a_line_that_says_nothing(stack: Stack, line: str) -> None:
    text = stack.root_env.read_text()
    stack.root_env.write_text(f"{text}{line}\n")

    number = len(text.splitlines()) + 1
    assert f".env, line {number}: expected NAME=value" in check(stack).stdout
    with pytest.raises(InvalidInput, match=f":{number}: expected NAME=value"):
        load(stack)


def test_a_port_that_is_not_written_counts_as_its_default(stack: Stack, edit: Edit) -> None:
    text = stack.root_env.read_text()
    stack.root_env.write_text(text.replace("\nPGBOUNCER_HOST_PORT=", "\n#PGBOUNCER_HOST_PORT="))
    edit(stack.root_env, "REDIS_HOST_PORT", "6432")

    assert "REDIS_HOST_PORT: PGBOUNCER_HOST_PORT has port 6432 already" in check(stack).stdout
    assert not taken_by_inv(stack)


def test_a_file_as_it_is_made_first_is_taken(stack: Stack) -> None:
    assert check(stack).stdout == ""


def test_plain_compose_starts_nothing_with_what_inv_refuses(
    stack: Stack, edit: Edit, docker: None
) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "abc$def")
    edit(stack.root_env, "REDIS_HOST_PORT", str(free_ports(1)[0]))
    project = f"hdms-test-{uuid.uuid4().hex[:8]}"
    options = [f"--project-name={project}", f"--env-file={stack.root_env}"]

    def compose(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["docker", "compose", *options, *words],
            cwd=PROJECT,
            env={**os.environ, "HDMS_HOME": str(stack.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    with turn_for_containers():
        try:
            up = compose("up", "--detach", "--wait", "redis")
            assert up.returncode != 0
            assert 'service "check-env" didn\'t complete successfully' in up.stderr
            log = compose("logs", "check-env").stdout
            assert "REDIS_PASSWORD: expected up to 1000 letters" in log
            assert compose("ps", "--services", "--status=running").stdout.strip() == ""
            edit(stack.root_env, "REDIS_PASSWORD", "abcdef")
            assert compose("up", "--detach", "--wait", "redis").returncode == 0
        finally:
            compose("down", "--volumes", "--timeout=1")
