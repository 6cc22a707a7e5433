"""`manage.py migrate` from several terminals at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from unittest.mock import Mock

import psycopg
import pytest
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from hdms_django.connectivity import pgbouncer
from hdms_testing.processes import manage

SOMEBODY_WAITS = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND (classid::bigint << 32 | objid::bigint) = hashtext(%s)::bigint
"""

pytestmark = pytest.mark.usefixtures("disposable_stack")


def test_three_at_once_all_succeed() -> None:
    with ThreadPoolExecutor(3) as terminals:
        finished = list(terminals.map(lambda _: manage("migrate", "--noinput"), range(3)))

    assert [run.returncode for run in finished] == [0, 0, 0], finished


def test_a_second_one_waits_and_says_so() -> None:
    with ThreadPoolExecutor(1) as terminal:
        with psycopg.connect(**pgbouncer.parameters(5)) as lock, lock.transaction():
            key = f"hdms-migrate:{settings.SERVICE}"
            lock.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
            waiting = terminal.submit(manage, "migrate", "--noinput")
            while not lock.execute(SOMEBODY_WAITS, [key]).fetchone():
                with suppress(TimeoutError):
                    pytest.fail(f"it did not wait: {waiting.result(timeout=0.05)}")
        finished = waiting.result()

    assert finished.returncode == 0
    assert "waiting for another migrate" in finished.stdout


def test_a_migration_that_is_killed_where_it_would_be_recorded_is_not_applied(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = Migration("0001_initial", "killed")
    id_, indexed = models.BigAutoField(primary_key=True), models.IntegerField(db_index=True)
    migration.operations = [migrations.CreateModel("Thing", [("id", id_), ("of", indexed)])]
    executor = MigrationExecutor(connection)
    monkeypatch.setattr(executor, "record_migration", Mock(side_effect=KeyboardInterrupt))

    with pytest.raises(KeyboardInterrupt):
        executor.apply_migration(ProjectState(), migration)

    assert "killed_thing" not in connection.introspection.table_names()


def test_a_wrong_password_is_an_error_without_a_traceback() -> None:
    finished = manage("migrate", "--noinput", DB_PASSWORD="not-the-password")

    assert finished.returncode == 1
    assert "password authentication failed (DB_PASSWORD)" in finished.stderr
    assert "Traceback" not in finished.stderr
