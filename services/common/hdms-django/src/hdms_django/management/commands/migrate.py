"""`manage.py migrate`, safe to run from two terminals at once."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connection

from hdms_common.compatibility import Incompatible, WhileServing
from hdms_django.connectivity import pgbouncer


class Command(migrate.Command):
    """Django's migrate, one run per service at a time; a second one waits its turn.

    The lock is transaction-level, on a connection of its own: through PgBouncer's transaction
    pooling a session-level lock would belong to whoever gets that backend next.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--while-serving",
            action="store_true",
            help="refuse what the version that is running could not live with",
        )

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
            with _looked_at() if options["while_serving"] else nullcontext():
                super().handle(*args, **options)

    def _take(self, lock: psycopg.Connection[Any], function: str) -> bool:
        key = f"hdms-migrate:{settings.SERVICE}"
        row = lock.execute(f"SELECT {function}(hashtext(%s))", [key]).fetchone()
        return bool(row and row[0])


@contextmanager
def _looked_at() -> Iterator[None]:
    statements = WhileServing()

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.require_harmless(sql)
        return run(sql, params, many, context)

    try:
        with connection.execute_wrapper(execute):
            yield
    except Incompatible as error:
        raise CommandError(str(error)) from error
