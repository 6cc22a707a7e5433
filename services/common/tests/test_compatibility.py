"""What a running version could not live with is refused."""

import pytest

from hdms_common.compatibility import Incompatible, WhileServing
from hdms_testing.processes import manage


@pytest.mark.parametrize(
    "sql",
    [
        'DROP TABLE "tickets" CASCADE',
        'ALTER TABLE "tickets" DROP COLUMN "title" CASCADE',
        'ALTER TABLE "tickets" RENAME COLUMN "title" TO "subject"',
        'ALTER TABLE "tickets" RENAME TO "issues"',
        'ALTER TABLE "tickets" ALTER COLUMN "title" SET NOT NULL',
        'ALTER TABLE "tickets" ALTER COLUMN "title" TYPE integer USING "title"::integer',
        'ALTER TABLE "tickets" ADD COLUMN "owner" integer NOT NULL',
        'ALTER TABLE "tickets" ALTER COLUMN "owner" DROP DEFAULT',
        "alter table tickets drop column title",
    ],
)
def test_what_the_running_version_uses_or_leaves_out_is_refused(sql: str) -> None:
    with pytest.raises(Incompatible, match="two steps"):
        WhileServing().require_harmless(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE TABLE "tickets" ("id" bigint NOT NULL)',
        'ALTER TABLE "tickets" ADD COLUMN "owner" integer NULL',
        'ALTER TABLE "tickets" ADD COLUMN "state" varchar(9) DEFAULT \'new\' NOT NULL',
        'ALTER TABLE "tickets" RENAME CONSTRAINT "a" TO "b"',
        'ALTER TABLE "tickets" ALTER COLUMN "title" DROP NOT NULL',
        'CREATE INDEX "i" ON "tickets" ("title")',
        "UPDATE tickets SET title = 'DROP TABLE'",
    ],
)
def test_what_only_adds_is_done(sql: str) -> None:
    WhileServing().require_harmless(sql)


def test_a_table_that_this_run_makes_may_be_changed() -> None:
    run = WhileServing()

    run.require_harmless('CREATE TABLE "tickets" ("id" bigint NOT NULL)')
    run.require_harmless('ALTER TABLE "tickets" ADD COLUMN "owner" integer NOT NULL')


@pytest.mark.usefixtures("disposable_stack")
def test_a_migration_that_would_break_what_runs_changes_nothing() -> None:
    try:
        refused = manage("migrate", "--noinput", "--while-serving", "accounts", "zero")
        tables = manage("inspectdb")
    finally:
        manage("migrate", "--noinput")

    assert refused.returncode == 1
    assert "inv services.update" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "accounts_user" in tables.stdout
