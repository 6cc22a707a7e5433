"""Volumes of the Compose engine: data that survive, passwords that reach them, what is refused."""

import pytest
from conftest import LIGHT, Edit, InContainers
from containers import docker, plain_compose, require_proven
from keepsake import remember, require_remembered

from hdms import synchronise
from hdms.catalog import component_names
from hdms.doctor import examine
from hdms.engines.compose.project import Project
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput, StartFailed


def test_new_passwords_reach_the_data_that_exist(
    whole_containers: InContainers, edit: Edit
) -> None:
    engine, environment = whole_containers
    remember(engine, environment)
    for name in (
        "POSTGRES_PASSWORD",
        "USER_SERVICE_DB_PASSWORD",
        "REDIS_PASSWORD",
        "RABBITMQ_PASSWORD",
    ):
        edit(engine.stack.root_env, name, "another-password")

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert [change.name for change in plan.changes] == component_names()
    assert synchronise.make_plan(engine).empty
    require_proven(engine, component_names())
    require_remembered(engine, load(engine.stack))


def test_another_image_may_have_made_pgbouncers_volume(
    fresh_containers: InContainers, edit: Edit
) -> None:
    engine, _ = fresh_containers
    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "redis:7")  # has no PgBouncer
    with pytest.raises(StartFailed, match="pgbouncer"):
        engine.up(load(engine.stack), LIGHT, print)

    edit(engine.stack.root_env, "PGBOUNCER_IMAGE", "")
    engine.up(load(engine.stack), LIGHT, print)

    require_proven(engine)


def test_a_volume_with_another_password_is_seen_and_mended(
    containers: InContainers, edit: Edit
) -> None:
    engine, _ = containers
    edit(engine.stack.root_env, "TICKET_SERVICE_DB_PASSWORD", "another-password")
    # Compose alone: the containers know the new password, the volume does not.
    plain_compose(engine, "up", "--detach", "--wait", "--force-recreate", *LIGHT)

    plan = synchronise.make_plan(engine)
    synchronise.carry_out(plan, engine, print)

    assert [(c.name, c.variables) for c in plan.changes] == [
        ("postgres", ("TICKET_SERVICE_DB_PASSWORD",))
    ]
    assert synchronise.make_plan(engine).empty


def test_another_superuser_than_the_volumes_is_refused(
    containers: InContainers, edit: Edit
) -> None:
    engine, _ = containers
    edit(engine.stack.root_env, "POSTGRES_USER", "somebody")
    with pytest.raises(InvalidInput, match="cannot change its name; nothing was changed"):
        synchronise.make_plan(engine)

    engine.down([], print)
    with pytest.raises(HdmsError, match="another POSTGRES_USER than 'somebody'"):
        engine.up(load(engine.stack), LIGHT, print)

    assert engine.running() == set()


def test_data_survive_down_and_are_gone_after_volumes(whole_containers: InContainers) -> None:
    engine, environment = whole_containers
    remember(engine, environment)
    engine.down([], print)
    engine.up(environment, component_names(), print)
    require_remembered(engine, environment)

    engine.down([], print)
    engine.delete_data()

    label = f"label=com.docker.compose.project={Project(engine.stack).name}"
    assert docker("volume", "ls", "--quiet", "--filter", label) == ""
    assert docker("network", "ls", "--quiet", "--filter", label) == ""


def test_a_volume_of_another_postgresql_is_refused_with_the_way_out(
    fresh_containers: InContainers,
) -> None:
    engine, environment = fresh_containers
    engine.up(environment, ["postgres"], print)
    (container,) = engine._units.existing()["postgres"]
    container.exec_run(["sh", "-c", "echo 15 >$PGDATA/PG_VERSION"])
    container.stop()

    with pytest.raises(HdmsError, match="was made by PostgreSQL 15") as refused:
        engine.up(environment, ["postgres"], print)
    (finding,) = [f for f in examine(engine) if f.subject == "data"]
    engine.down([], print)  # now there is no container, only the volume
    (later,) = [f for f in examine(engine) if f.subject == "data"]
    with pytest.raises(HdmsError, match="was made by PostgreSQL 15"):
        engine.up(environment, ["postgres"], print)

    assert "pg_dumpall" in refused.value.hint
    assert finding.state == later.state == "fail"
    assert engine._units.existing() == {}  # refused before anything was made
    volume = f"volume={Project(engine.stack).name}_postgres_data"
    assert docker("ps", "--all", "--quiet", "--filter", volume) == ""
