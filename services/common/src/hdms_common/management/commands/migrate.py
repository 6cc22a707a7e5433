"""`manage.py migrate`, safe to run from two terminals at once."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from hdms_common.connectivity import pgbouncer


class Command(migrate.Command):
    """Django's migrate, one run per service at a time; a second one waits its turn.

    The lock is transaction-level, on a connection of its own: through PgBouncer's transaction
    pooling a session-level lock would belong to whoever gets that backend next.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            limit = settings.DATABASES["default"]["OPTIONS"]["connect_timeout"]
            lock = psycopg.connect(**pgbouncer.parameters(limit))
        except psycopg.OperationalError as error:
            failure = pgbouncer.explain(error)
            raise CommandError(f"{failure}\n{failure.hint}") from error
        with lock, lock.transaction():
            # No timeout of the role may end the wait, or the transaction that holds the lock.
            lock.execute("SET LOCAL statement_timeout = 0")
            lock.execute("SET LOCAL lock_timeout = 0")
            lock.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            if not self._take(lock, "pg_try_advisory_xact_lock"):
                self.stdout.write(f"{settings.SERVICE}: waiting for another migrate to finish")
                self._take(lock, "pg_advisory_xact_lock")
            super().handle(*args, **options)

    def _take(self, lock: psycopg.Connection[Any], function: str) -> bool:
        key = f"hdms-migrate:{settings.SERVICE}"
        row = lock.execute(f"SELECT {function}(hashtext(%s))", [key]).fetchone()
        return bool(row and row[0])
