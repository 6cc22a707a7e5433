"""`inv services.scale`: several of a worker side by side. `.ci/run` does it on both engines."""

import pytest
from conftest import Edit

from hdms import scaling
from hdms.engines.fake import FakeEngine
from hdms.environment.initial import add_missing_secrets
from hdms.environment.validation import load
from hdms.errors import InvalidInput
from hdms.stack import Stack


def test_the_number_is_kept_in_env_and_a_second_time_changes_nothing(stack: Stack) -> None:
    engine = FakeEngine(stack)

    assert scaling.scale(engine, "TASK_WORKER_REPLICAS", "3", print) is True
    assert scaling.scale(engine, "TASK_WORKER_REPLICAS", "3", print) is False
    assert load(stack).replicas("task-worker") == 3
    assert load(stack).replicas("file-worker") == 1


def test_production_has_two_of_each_worker_unless_env_says_otherwise(
    stack: Stack, edit: Edit
) -> None:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")
    edit(stack.root_env, "FILE_WORKER_REPLICAS", "1")

    assert load(stack).replicas("task-worker") == 2
    assert load(stack).replicas("file-worker") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task-service=3", "'task-service' cannot be scaled"),
        ("redis=2", "'redis' cannot be scaled"),
        ("", "there is no component or process ''"),
        ("task-worker", "expected a whole number from 1 to 32"),
        ("task-worker=", "expected a whole number from 1 to 32"),
        ("task-worker=0", "expected a whole number from 1 to 32"),
        ("task-worker=33", "expected a whole number from 1 to 32"),
        ("task-worker=two", "expected a whole number from 1 to 32"),
    ],
)
def test_what_cannot_be_scaled_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        scaling.parse(text)


def test_other_edits_of_env_are_not_carried_out_on_the_way(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "another-password")

    with pytest.raises(InvalidInput, match="not carried out"):
        scaling.scale(FakeEngine(stack), "TASK_WORKER_REPLICAS", "3", print)
    assert load(stack).replicas("task-worker") == 1


def test_what_was_interrupted_is_completed_by_the_same_command(stack: Stack, edit: Edit) -> None:
    engine = FakeEngine(stack)
    edit(stack.root_env, "TASK_WORKER_REPLICAS", "3")
    engine.wanted.add(["task-worker"])

    assert scaling.scale(engine, "TASK_WORKER_REPLICAS", "3", print) is True

    assert engine.running() == {"task-worker"}


def test_an_env_of_an_older_version_gets_the_secrets_that_it_lacks(stack: Stack) -> None:
    lines = stack.root_env.read_text().splitlines(keepends=True)
    older = "".join(line for line in lines if not line.startswith("RABBITMQ_PASSWORD="))
    stack.root_env.write_text(older)
    with pytest.raises(InvalidInput, match=r"RABBITMQ_PASSWORD is missing: `inv env\.init`"):
        load(stack)

    assert add_missing_secrets(stack) == ["RABBITMQ_PASSWORD"]
    assert add_missing_secrets(stack) == []
    assert stack.root_env.read_text().startswith(older)
    assert load(stack)["RABBITMQ_PASSWORD"]
