"""`inv env.sync` against running components."""

import os
import signal

import psycopg
import pytest
import redis
from conftest import LIGHT, Edit, Running

from hdms import synchronise
from hdms.checks.suite import prove_components
from hdms.components.postgres import database
from hdms.components.postgres import embedded as postgres
from hdms.components.redis import client as client_of_redis
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput
from hdms.ports import free_ports
from hdms.wait import wait_until


def sync(engine: Engine) -> list[str]:
    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)
    return plan.lines()


def require_proven(engine: Engine) -> None:
    environment = load(engine.stack)
    assert [r.message for r in prove_components(engine, environment, LIGHT) if not r.passed] == []
    assert synchronise.make_plan(engine).empty


def pids(engine: Engine) -> dict[str, int | None]:
    return {unit.name: unit.pid for unit in engine.status()}


@pytest.mark.parametrize("name", ["REDIS_PASSWORD", "POSTGRES_PASSWORD"])
def test_a_new_password_reaches_the_running_stack_without_a_restart(
    running: Running, edit: Edit, name: str
) -> None:
    engine, _ = running
    before = pids(engine)
    edit(engine.stack.root_env, name, "a-new-password")

    sync(engine)

    require_proven(engine)
    assert pids(engine) == before


def test_the_old_passwords_are_refused_afterwards(running: Running, edit: Edit) -> None:
    engine, before = running
    for name in ("REDIS_PASSWORD", "POSTGRES_PASSWORD"):
        edit(engine.stack.root_env, name, "a-new-password")

    sync(engine)

    with (
        pytest.raises(psycopg.OperationalError),
        database(before, engine.address(before, "pgbouncer")),
    ):
        pass
    with (
        client_of_redis(before, engine.address(before, "redis")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def log_in(engine: Engine, environment: Environment, role: str, password: str) -> str:
    """Log in through PgBouncer as a service does; return the role's statement timeout."""
    host, port = engine.address(environment, "pgbouncer")
    with psycopg.connect(
        host=host, port=port, user=role, password=password, dbname=environment["POSTGRES_DB"]
    ) as connection:
        row = connection.execute("SHOW statement_timeout").fetchone()
    return str(row[0]) if row else ""


def test_a_services_new_password_is_changed_in_the_database_that_exists(
    running: Running, edit: Edit
) -> None:
    engine, environment = running
    edit(engine.stack.root_env, "USER_SERVICE_DB_PASSWORD", "a-new-password")

    sync(engine)

    assert log_in(engine, environment, "user_service", "a-new-password") == "0"
    service_file = engine.stack.service_env("user-service").read_text()
    assert "\nDB_PASSWORD=a-new-password\n" in service_file


def test_a_new_statement_timeout_holds_through_pgbouncer(running: Running, edit: Edit) -> None:
    engine, environment = running
    password = environment["USER_SERVICE_DB_PASSWORD"]
    assert log_in(engine, environment, "user_service", password) == "0"  # pooled from now on
    edit(engine.stack.root_env, "DB_STATEMENT_TIMEOUT", "7")

    sync(engine)

    assert log_in(engine, environment, "user_service", password) == "7s"


def test_a_new_pool_size_only_reloads_pgbouncer(running: Running, edit: Edit) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "PGBOUNCER_POOL_SIZE", "30")

    lines = sync(engine)

    assert lines == ["pgbouncer reloads its configuration (PGBOUNCER_POOL_SIZE)"]
    require_proven(engine)


def test_a_new_port_restarts_only_who_listens_on_it(running: Running, edit: Edit) -> None:
    engine, _ = running
    before = pids(engine)
    other = str(free_ports(1)[0])
    edit(engine.stack.root_env, "REDIS_HOST_PORT", other)

    sync(engine)

    require_proven(engine)
    changed = {name for name, pid in pids(engine).items() if pid != before[name]}
    assert changed == {"redis"}


def test_a_password_that_somebody_changed_by_hand_is_put_right(
    running: Running, edit: Edit
) -> None:
    engine, environment = running
    with client_of_redis(environment, engine.address(environment, "redis")) as client:
        client.config_set("requirepass", "nobody-wrote-this-down")
    edit(engine.stack.root_env, "REDIS_PASSWORD", "a-new-password")

    sync(engine)

    require_proven(engine)


def test_a_failed_synchronisation_is_completed_by_the_next(
    running: Running, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "POSTGRES_PASSWORD", "a-new-password")
    edit(engine.stack.root_env, "REDIS_PASSWORD", "another-password")

    def fail(*_: object) -> None:
        raise HdmsError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(postgres, "provision", fail)
        with pytest.raises(HdmsError, match="the power went"):
            sync(engine)

    sync(engine)
    require_proven(engine)


def test_what_changed_while_the_stack_was_down_is_taken_over_at_its_start(
    running: Running, edit: Edit
) -> None:
    engine, _ = running
    engine.down([], print)
    for name in ("REDIS_PASSWORD", "POSTGRES_PASSWORD", "FILE_SERVICE_DB_PASSWORD"):
        edit(engine.stack.root_env, name, "a-new-password")
    sync(engine)

    environment = load(engine.stack)
    engine.up(environment, LIGHT, print)

    require_proven(engine)
    assert log_in(engine, environment, "file_service", "a-new-password") == "0"


def test_another_superuser_is_refused_before_anything_changes(running: Running, edit: Edit) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "POSTGRES_USER", "somebody")
    edit(engine.stack.root_env, "REDIS_PASSWORD", "a-new-password")

    with pytest.raises(InvalidInput, match="POSTGRES_USER"):
        sync(engine)

    assert "a-new-password" not in engine.stack.service_env("user-service").read_text()


def test_the_plan_shows_no_secret(running: Running, edit: Edit) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "REDIS_PASSWORD", "a-new-password")

    lines = synchronise.make_plan(engine).lines()

    assert lines
    assert "a-new-password" not in "".join(lines)


def test_a_component_that_failed_is_started_again(running: Running) -> None:
    engine, _environment = running
    control = engine.stack.state / "postgres" / "global" / "pg_control"
    control.rename(control.with_name("away"))
    pid = pids(engine)["postgres"]
    assert pid
    os.kill(pid, signal.SIGKILL)

    plans: list[synchronise.Plan] = []

    def is_planned() -> bool:
        plans.append(synchronise.make_plan(engine))
        return any(line.startswith("postgres restarts") for line in plans[-1].lines())

    wait_until(is_planned, "PostgreSQL to fail for want of its control file", 60)
    control.with_name("away").rename(control)  # not before: its next try would succeed
    synchronise.carry_out(plans[-1], engine, print)

    require_proven(engine)
