"""The toolkit's own checks, and what becomes of the services' answers."""

import json
from dataclasses import replace

import pytest
from conftest import LIGHT, Edit, Running

from hdms import migrate, report
from hdms.catalog import SERVICES, component_names, find_service
from hdms.checks.result import FAIL, PASS, CheckResult, outcome
from hdms.checks.services import proven_inside
from hdms.checks.suite import prove_components
from hdms.disposable import disposable_stack
from hdms.engines.fake import FakeEngine
from hdms.environment.validation import load
from hdms.process import Completed
from hdms.stack import Stack


def failed(running: Running) -> dict[str, CheckResult]:
    return {r.subject: r for r in prove_components(*running, LIGHT) if not r.passed}


def test_a_stopped_redis_fails_its_own_probe_only_and_names_the_remedy(running: Running) -> None:
    engine, _ = running
    engine.down(["redis"], print)

    failures = failed(running)

    assert set(failures) == {"redis"}
    assert "Redis at 127.0.0.1" in failures["redis"].message
    assert failures["redis"].hint == "inv infra.up"


def test_a_password_that_the_stack_was_not_told_names_sync(running: Running, edit: Edit) -> None:
    engine, _ = running
    edit(engine.stack.root_env, "POSTGRES_PASSWORD", "not-told")
    edit(engine.stack.root_env, "REDIS_PASSWORD", "not-told")

    failures = failed((engine, load(engine.stack)))

    assert set(failures) == {"postgres", "pgbouncer", "redis"}
    assert all("inv env.sync" in failure.hint for failure in failures.values())
    assert all("not-told" not in str(failure) for failure in failures.values())


def test_somebody_elses_redis_on_our_port_is_a_failure_that_says_so(
    running: Running, edit: Edit
) -> None:
    engine, _ = running
    with disposable_stack() as (other, others):
        other.up(others, LIGHT, print)
        edit(engine.stack.root_env, "REDIS_HOST_PORT", others["REDIS_HOST_PORT"])
        edit(engine.stack.root_env, "REDIS_PASSWORD", others["REDIS_PASSWORD"])

        failures = failed((engine, load(engine.stack)))

    assert "is not this stack's" in failures["redis"].message


def test_a_check_that_crashes_is_a_failed_result() -> None:
    def crash() -> tuple[str, dict[str, object]]:
        raise ZeroDivisionError("oops")

    result = outcome("redis", "health", crash)

    assert (result.status, result.message) == (FAIL, "ZeroDivisionError: oops")


@pytest.fixture
def fake(stack: Stack) -> FakeEngine:
    return FakeEngine(stack)


def inside(fake: FakeEngine, answer: Completed) -> list[CheckResult]:
    fake.answers["user-service"] = answer
    return proven_inside(fake, load(fake.stack), find_service("user"), ["db", "cache"])


def answer(*checks: str) -> str:
    fields = {"status": PASS, "message": "", "hint": "", "latency_ms": 1.0, "measurements": {}}
    return json.dumps([{"id": check, **fields} for check in checks])


def test_what_a_service_proves_about_itself_is_taken_over(fake: FakeEngine) -> None:
    results = inside(fake, Completed(0, answer("db", "cache"), ""))

    assert [r.id for r in results if r.passed] == ["user-service/db", "user-service/cache"]


def test_a_service_that_says_nothing_about_a_check_fails_it(fake: FakeEngine) -> None:
    results = inside(fake, Completed(0, answer("db"), ""))

    assert {r.check: r.status for r in results} == {"db": PASS, "cache": FAIL}


def test_a_service_that_cannot_start_its_check_fails_with_what_it_said(fake: FakeEngine) -> None:
    results = inside(fake, Completed(1, "", "SECRET_KEY is not set\n"))

    assert [r.status for r in results] == [FAIL, FAIL]
    assert "SECRET_KEY is not set" in results[0].message


def test_a_failing_migration_names_its_service_and_spares_the_others(
    fake: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = load(fake.stack)
    fake.up(environment, component_names(), print)
    fake.answers["ticket-service"] = Completed(1, "", "relation already exists\n")
    fake.answers["user-service"] = Completed(0, "  Applying accounts.0001_initial... OK\n", "")

    results = migrate.migrate(fake, environment, SERVICES, print)
    report.print_migrated(results, "inv services.update")

    assert [r.service for r in results if r.error] == ["ticket-service"]
    printed = capsys.readouterr().out
    said = printed.partition("ticket-service: its migration failed")[2]
    assert said.splitlines()[1:3] == [
        "  relation already exists",
        "  do:  correct what these lines name, then: inv services.update",
    ]
    assert "applied 1" in printed


def test_the_report_names_a_shared_remedy_once(capsys: pytest.CaptureFixture[str]) -> None:
    failure = CheckResult("user-service", "db", FAIL, "away", "inv infra.up")

    report.print_results([failure, replace(failure, subject="file-service")], 1.0)

    printed = capsys.readouterr().out
    assert printed.count("do: inv infra.up") == 1
    assert "FAIL user-service/db: away" in printed
    assert "0 connections proven, 2 failed" in printed


def test_what_there_is_one_of_is_not_counted_in_the_plural() -> None:
    assert [report.counted(count, "fault") for count in (0, 1, 2)] == [
        "0 faults",
        "1 fault",
        "2 faults",
    ]
