"""RabbitMQ without Docker: its account, its ports, and that nothing of Erlang is left behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conftest import Edit, Running
from keepsake import publish, published

from hdms import synchronise
from hdms.catalog import RABBITMQ
from hdms.checks.result import CheckResult
from hdms.checks.suite import prove_components
from hdms.components.rabbitmq.amqp import log_in
from hdms.components.rabbitmq.embedded import server
from hdms.components.rabbitmq.management import Management, Refused
from hdms.disposable import disposable_stack
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError, StartFailed

NAME = "rabbitmq"


@pytest.fixture
def broker(fresh: Running) -> Running:
    """A disposable stack of which RabbitMQ runs."""
    engine, environment = fresh
    engine.up(environment, [NAME], print)
    return fresh


def api_of(engine: Engine, environment: Environment) -> Management:
    return RABBITMQ.management(engine, environment)


def proven(engine: Engine) -> CheckResult:
    (result,) = prove_components(engine, load(engine.stack), [NAME])
    return result


def pid(engine: Engine) -> int | None:
    return next(unit.pid for unit in engine.status() if unit.name == NAME)


def sync(engine: Engine) -> list[str]:
    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)
    return plan.lines()


def test_a_new_account_and_password_reach_the_running_broker(broker: Running, edit: Edit) -> None:
    engine, before = broker
    started = pid(engine)
    edit(engine.stack.root_env, "RABBITMQ_PASSWORD", "a-new-password")
    sync(engine)

    assert proven(engine).passed
    for refusing in (
        lambda: api_of(engine, before).get("whoami"),
        lambda: log_in(
            engine.address(before, NAME), before["RABBITMQ_USER"], before["RABBITMQ_PASSWORD"]
        ),
    ):
        with pytest.raises(Refused):
            refusing()

    edit(engine.stack.root_env, "RABBITMQ_USER", "somebody")
    sync(engine)

    assert proven(engine).passed
    users = api_of(engine, load(engine.stack)).get("users")
    assert [user["name"] for user in users] == ["somebody"]  # neither guest nor the former one
    assert pid(engine) == started
    assert synchronise.make_plan(engine).empty


def test_a_password_that_somebody_changed_by_hand_is_put_right(broker: Running, edit: Edit) -> None:
    engine, environment = broker
    api_of(engine, environment).set_account(environment["RABBITMQ_USER"], "nobody-wrote-this-down")
    failure = proven(engine)
    assert "refused RABBITMQ_PASSWORD" in failure.message
    edit(engine.stack.root_env, "RABBITMQ_PASSWORD", "a-new-password")

    sync(engine)

    assert proven(engine).passed


def test_what_changed_while_it_was_down_holds_at_its_start_and_nothing_is_lost(
    broker: Running, edit: Edit
) -> None:
    engine, environment = broker
    publish(engine, environment, "kept")
    engine.down([], print)
    edit(engine.stack.root_env, "RABBITMQ_PASSWORD", "a-new-password")
    edit(engine.stack.root_env, "RABBITMQ_USER", "somebody")
    environment = load(engine.stack)

    engine.up(environment, [NAME], print)

    assert proven(engine).passed
    assert published(engine, environment) == ["kept"]
    users = api_of(engine, environment).get("users")
    assert [user["name"] for user in users] == ["somebody"]


def test_another_port_is_taken_and_another_stacks_broker_is_not_taken_for_ours(
    broker: Running, edit: Edit
) -> None:
    engine, _ = broker
    with disposable_stack() as (other, others):
        other.up(others, [NAME], print)  # beside the first
        assert proven(other).passed
        assert proven(engine).passed
        for name in ("RABBITMQ_HOST_PORT", "RABBITMQ_MANAGEMENT_PORT", "RABBITMQ_PASSWORD"):
            edit(engine.stack.root_env, name, others[name])

        failure = proven(engine)
        assert "is not this stack's" in failure.message

        edit(engine.stack.root_env, "RABBITMQ_PASSWORD", "not-told")
        failure = proven(engine)
        assert "refused RABBITMQ_PASSWORD" in failure.message
        assert "not-told" not in str(failure)

        running = erlang_processes(engine.stack.home)
        engine.down([], print)
        assert running
        assert erlang_processes(engine.stack.home) == []
        assert proven(other).passed


def erlang_processes(home: Path) -> list[str]:
    """Return the commands of all processes whose home is RabbitMQ's folder there."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(home / ".hdms" / NAME):
                found.append(process.name())
        except psutil.Error:
            continue
    return found


def test_it_refuses_everybody_until_the_fault_is_over(broker: Running) -> None:
    engine, environment = broker

    with RABBITMQ.refusing(engine, environment):
        assert "refused RABBITMQ_PASSWORD" in proven(engine).message

    assert proven(engine).passed


def test_a_stopped_broker_fails_its_probe_and_names_the_remedy(fresh: Running) -> None:
    failure = proven(fresh[0])

    assert "does not answer" in failure.message
    assert failure.hint == "inv infra.up"


@pytest.fixture
def no_rabbitmq(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without RabbitMQ."""
    server.cache_clear()
    found = shutil.which
    with monkeypatch.context() as patched:
        patched.setattr(
            "shutil.which", lambda name, **rest: None if "rabbit" in name else found(name, **rest)
        )
        yield
    server.cache_clear()


def test_where_it_is_missing_the_package_is_named_and_the_rest_starts(
    no_rabbitmq: None, fresh: Running
) -> None:
    engine, environment = fresh

    with pytest.raises(HdmsError) as refused:
        engine.up(environment, [NAME], print)
    engine.up(environment, ["redis"], print)

    assert "apt-get install rabbitmq-server" in refused.value.hint
    assert engine.running() == {"redis"}


def test_a_crash_seconds_after_the_start_shows_the_log_and_leaves_nothing(fresh: Running) -> None:
    engine, environment = fresh
    folder = engine.stack.state / NAME
    folder.mkdir(parents=True)
    (folder / "data").write_text("not a folder")

    with pytest.raises(StartFailed, match=r"(?s)rabbitmq ended .*rabbitmq\.log.*data") as failed:
        engine.up(environment, [NAME], print)

    assert len(failed.value.message.splitlines()) < 24
    assert engine.running() == set()


def test_its_folder_is_closed_to_others(broker: Running) -> None:
    engine, _ = broker
    folder = engine.stack.state / NAME

    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".erlang.cookie").stat().st_mode & 0o077 == 0
