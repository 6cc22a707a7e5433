"""The backend itself; Django looks for `DatabaseWrapper` in a module of this name."""

import atexit
import select
import time
from typing import Any
from weakref import WeakSet

from django.db.backends.postgresql import base
from psycopg import IsolationLevel, OperationalError
from psycopg_pool import PoolTimeout

from hdms_django import deadline
from hdms_django.postgresql.outage import ROUND_SECONDS, current
from hdms_django.postgresql.schema import DatabaseSchemaEditor

IMPATIENT_SECONDS = 0.1


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a connection from Django's pool.

    A request waits for one as long as the pool's `timeout` says, so that a restart of PgBouncer
    goes by unseen. In an outage that is older than that, or refuses the password, it waits
    IMPATIENT_SECONDS: else a few requests would hold every thread of the server.
    """

    SchemaEditorClass = DatabaseSchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises psycopg.OperationalError with the last attempt's reason."""
        pool = self.pool  # looked up each time
        if pool is None:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        pool.open()
        _close_at_exit(pool)
        hopeless = current.refused or current.seconds > pool.timeout - ROUND_SECONDS
        patience = IMPATIENT_SECONDS if hopeless else pool.timeout
        in_request = deadline.left()
        if in_request is not None:
            patience = max(0.0, min(patience, in_request))
        give_up = time.monotonic() + patience
        while True:
            left = give_up - time.monotonic()
            try:
                connection = pool.getconn(min(left, ROUND_SECONDS))
            except PoolTimeout as error:
                if left <= ROUND_SECONDS or current.refused:
                    raise OperationalError(_reason(error)) from current.error
                continue  # asking again lets the pool try again
            if not is_dropped(connection):
                return connection
            connection.close()
            pool.putconn(connection)


def _close_at_exit(pool: Any) -> None:
    """Have a pool closed in time: one that Python clears away at its end waits 5 s a thread."""
    if pool not in _closing:
        _closing.add(pool)
        atexit.register(pool.close)


_closing: WeakSet[Any] = WeakSet()


def is_dropped(connection: Any) -> bool:
    """Whether the other end has hung up on an idle connection.

    Instead of CONN_HEALTH_CHECKS, which asks the server at each use: a server has nothing to say
    to an idle connection, so that what can be read is its end.
    """
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _reason(error: PoolTimeout) -> str:
    if current.error is None:
        return str(error)  # the pool is exhausted
    return f"{current.error} (attempt {current.attempts}, for {current.seconds:.1f} s)"
