import pytest
from conftest import Edit

from hdms.catalog import SERVICES
from hdms.environment.initial import write_initial_files
from hdms.environment.listing import listing
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.validation import load, warnings
from hdms.errors import InvalidInput
from hdms.service import DJANGO
from hdms.stack import Stack


def problems(stack: Stack) -> str:
    with pytest.raises(InvalidInput) as refused:
        load(stack)
    assert refused.value.exit_code == 2
    return refused.value.message


def test_fresh_files_are_valid_and_agree(stack: Stack) -> None:
    assert load(stack).drift() == {}


def test_two_stacks_have_different_passwords(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Stack(tmp_path_factory.mktemp("other"))
    write_initial_files(other)

    assert load(stack)["POSTGRES_PASSWORD"] != load(other)["POSTGRES_PASSWORD"]


def test_a_second_init_changes_nothing(stack: Stack) -> None:
    before = stack.root_env.read_text()

    assert write_initial_files(stack) == []
    assert stack.root_env.read_text() == before


def test_init_writes_only_the_file_that_is_missing(stack: Stack) -> None:
    stack.service_env("user-service").unlink()

    assert write_initial_files(stack) == ["services/user-service/.env"]
    assert load(stack).drift() == {}


def test_every_problem_is_reported_at_once_with_file_line_and_value(
    stack: Stack, edit: Edit
) -> None:
    service = stack.service_env("user-service")
    edit(stack.root_env, "PGBOUNCER_POOL_SIZE", "500")
    edit(stack.root_env, "POSTGRES_DB", "a-b;")
    edit(service, "DB_PORT", "abc")
    edit(service, "DB_USER", "")

    message = problems(stack)

    assert "4 problems" in message
    assert "PGBOUNCER_POOL_SIZE=500: expected a whole number from 25 to 50" in message
    assert "POSTGRES_DB=a-b;" in message
    assert f".env:{len(stack.root_env.read_text().splitlines())}: POSTGRES_DB" in message
    assert "services/user-service/.env" in message
    assert "DB_PORT=abc: expected 6432" in message
    assert "DB_USER is empty" in message


@pytest.mark.parametrize(("name", "value"), [("DB_HOST", "postgres"), ("DB_PORT", "5432")])
def test_an_address_that_bypasses_pgbouncer_is_refused_with_the_reason(
    stack: Stack, edit: Edit, name: str, value: str
) -> None:
    edit(stack.service_env("file-service"), name, value)

    assert "would bypass PgBouncer" in problems(stack)


def test_a_bad_secret_is_reported_without_its_value(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", '"my secret"')

    message = problems(stack)

    assert "REDIS_PASSWORD=********" in message
    assert "my secret" not in message


def test_a_line_that_is_no_assignment_is_reported(stack: Stack) -> None:
    lines = stack.root_env.read_text().splitlines()
    stack.root_env.write_text("\n".join([*lines, "just words", ""]))

    assert f".env:{len(lines) + 1}: expected NAME=value" in problems(stack)


def test_a_variable_that_is_set_twice_is_reported(stack: Stack) -> None:
    with stack.root_env.open("a") as file:
        file.write("POSTGRES_DB=other\n")

    assert "POSTGRES_DB is set twice" in problems(stack)


def test_a_services_variable_in_the_root_file_is_reported(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "DB_PORT", "6432")

    assert "DB_PORT has no effect here" in problems(stack)


def test_two_things_on_one_port_are_reported(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_HOST_PORT", "6432")

    assert "PGBOUNCER_HOST_PORT has this port already" in problems(stack)


@pytest.mark.parametrize("value", ["", "postgres", "short"])
def test_production_refuses_a_missing_well_known_or_short_redis_password(
    stack: Stack, edit: Edit, value: str
) -> None:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")
    edit(stack.root_env, "REDIS_PASSWORD", value)

    assert "REDIS_PASSWORD" in problems(stack)


def test_development_needs_no_redis_password(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "")

    assert load(stack)["REDIS_PASSWORD"] == ""


def test_a_changed_root_value_differs_from_every_service_that_shares_it(
    stack: Stack, edit: Edit
) -> None:
    edit(stack.root_env, "REDIS_PASSWORD", "another-password")

    assert {name: set(changes) for name, changes in load(stack).drift().items()} == {
        service.name: {"REDIS_PASSWORD"} for service in SERVICES if service.framework is DJANGO
    }


@pytest.mark.parametrize("service", [None, "user", "file-service"])
def test_no_secret_is_ever_listed(stack: Stack, service: str | None) -> None:
    environment = load(stack)
    scope = {None: ROOT, "user": "user-service"}.get(service, service)
    secrets = {environment.value(scope, v.name) for v in VARIABLES[scope] if v.secret} - {""}

    shown = {row.value for row in listing(environment, service)}

    assert secrets
    assert shown.isdisjoint(secrets)


def drop(stack: Stack, name: str) -> None:
    lines = stack.root_env.read_text().splitlines(keepends=True)
    stack.root_env.write_text("".join(ln for ln in lines if not ln.startswith(f"{name}=")))


def test_a_secret_that_was_set_and_is_gone_is_refused_unless_it_is_empty_on_purpose(
    stack: Stack, edit: Edit
) -> None:
    drop(stack, "REDIS_PASSWORD")
    message = problems(stack)
    assert "REDIS_PASSWORD is gone, and was set (services/user-service/.env, " in message
    assert "write REDIS_PASSWORD= if there is to be none" in message

    edit(stack.root_env, "REDIS_PASSWORD", "")
    assert load(stack)["REDIS_PASSWORD"] == ""


@pytest.mark.parametrize("value", ["abc #def", "'abc' #def", "abc # mine"])
def test_a_secret_that_a_comment_may_have_cut_is_refused(
    stack: Stack, edit: Edit, value: str
) -> None:
    edit(stack.root_env, "POSTGRES_PASSWORD", value)

    assert "POSTGRES_PASSWORD: a comment begins in its line" in problems(stack)


def test_a_comment_behind_what_is_no_secret_is_welcome(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "PGBOUNCER_POOL_SIZE", "30 # more than before")

    assert load(stack)["PGBOUNCER_POOL_SIZE"] == "30"


def test_a_name_that_nobody_knows_is_a_warning_with_the_nearest_one(
    stack: Stack, edit: Edit
) -> None:
    edit(stack.root_env, "REDIS_PASSWROD", "abc")
    edit(stack.root_env, "COMPOSE_PROFILES", "abc")
    edit(stack.root_env, "OTHER", "abc")
    edit(stack.service_env("user-service"), "LOG_LEVLE", "DEBUG")
    edit(stack.service_env("user-service"), "A_SETTING_OF_MY_OWN", "1")

    said = [warning.message for warning in warnings(load(stack))]

    assert said == [
        "nothing reads REDIS_PASSWROD: is REDIS_PASSWORD meant?",
        "nothing reads OTHER",
        "nothing reads LOG_LEVLE: is LOG_LEVEL meant?",
    ]


@pytest.mark.parametrize("name", ["template0", "template1", "pgbouncer"])
def test_a_database_that_is_somebody_elses_is_refused(stack: Stack, edit: Edit, name: str) -> None:
    edit(stack.root_env, "POSTGRES_DB", name)

    assert f"POSTGRES_DB={name}: expected" in problems(stack)


def test_a_password_that_is_too_long_is_refused_by_its_length(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "USER_SERVICE_DB_PASSWORD", "a" * 1000)
    load(stack)
    edit(stack.root_env, "USER_SERVICE_DB_PASSWORD", "a" * 1001)

    assert "expected up to 1000 characters, found 1001" in problems(stack)


def test_a_new_root_file_renews_the_copies_in_the_services_files(stack: Stack, edit: Edit) -> None:
    edit(stack.service_env("user-service"), "DB_CONNECT_TIMEOUT", "7")
    stack.root_env.unlink()

    write_initial_files(stack)

    environment = load(stack)
    assert environment.drift() == {}
    assert environment.value("user-service", "DB_CONNECT_TIMEOUT") == "7"
