"""A process that cannot work says so in one line, and tells no secret."""

import json
from pathlib import Path

import pytest

from tests.processes import Api, Worker, configured, run, running

PROCESSES = [
    ("worker.py",),
    ("-m", "src"),
    ("-m", "uvicorn", "src.app:app"),
    ("-m", "alembic", "current"),
]
WRONG = "not-the-password"
URL = {
    "DATABASE_URL": "postgresql://{DB_USER}:{DB_PASSWORD}@{DB_HOST}:{DB_PORT}/{DB_NAME}",
    "RABBITMQ_URL": "amqp://{RABBITMQ_USER}:{RABBITMQ_PASSWORD}@{RABBITMQ_HOST}:{RABBITMQ_PORT}/",
}


@pytest.mark.parametrize("command", PROCESSES, ids=" ".join)
@pytest.mark.parametrize(
    "changed",
    [
        {"DB_HOST": ""},
        {"DB_PORT": "x"},
        {"DB_PASSWORD": WRONG},
        {"RABBITMQ_PASSWORD": WRONG},
        {"RABBITMQ_HOST": "a b"},
    ],
    ids=str,
)
def test_it_ends_with_one_line(
    command: tuple[str, ...], changed: dict[str, str], tmp_path: Path
) -> None:
    (name,) = changed
    if "alembic" in command and name.startswith("RABBITMQ"):
        pytest.skip("migrations do not need the broker")

    elsewhere = {"HDMS_ENV_FILE": str(tmp_path / "none")}
    finished = run(*command, **configured() | elsewhere | changed)

    assert finished.returncode == 1
    assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
    assert finished.stderr.startswith("task-service: ")
    assert name in finished.stderr
    assert WRONG not in finished.stdout + finished.stderr


def test_a_variable_may_stand_in_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / "env"
    env_file.write_text(f"DB_PASSWORD={configured()['DB_PASSWORD']}\n")

    environment = {k: v for k, v in configured().items() if k != "DB_PASSWORD"}
    environment["HDMS_ENV_FILE"] = str(env_file)
    from subprocess import run as run_with
    from sys import executable

    from src.config import SERVICE_DIR

    finished = run_with(
        [executable, "-m", "src.verify", "db"],
        cwd=SERVICE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr


def test_the_specifications_urls_win_over_the_parts() -> None:
    urls = {name: url.format(**configured()) for name, url in URL.items()}

    finished = run("-m", "src.verify", **urls, DB_HOST="nowhere", RABBITMQ_HOST="nowhere")

    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_production_logs_json_without_secrets_and_with_request_ids(
    own_queue: str, tmp_path: Path
) -> None:
    options = {
        "TASK_QUEUE": own_queue,
        "HDMS_ENVIRONMENT": "production",
        "LOG_LEVEL": "DEBUG",
    }
    api, worker = Api(tmp_path / "api.log", **options), Worker(tmp_path / "w.log", **options)
    with running(api, worker):
        task_id = api.submit()
        api.ended(task_id)

    for process, said in ((api, "message published"), (worker, "task ended")):
        events = [json.loads(line) for line in process.log.splitlines()]
        for event in events:
            assert event["service"] == "task-service"
            assert {"time", "level", "logger", "message"} <= set(event)
        (told,) = [event for event in events if event["message"] == said]
        assert told["task_id"] == task_id
        assert len(told["request_id"]) == 32
        for secret in (configured()["DB_PASSWORD"], configured()["RABBITMQ_PASSWORD"]):
            assert secret not in process.log
