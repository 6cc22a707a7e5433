"""Runs the migrations through PgBouncer, all of them in one transaction."""

import asyncio

from alembic import context
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hdms_common.compatibility import Incompatible, WhileServing
from hdms_common.environment import InvalidEnvironment
from src.config import SERVICE, Server, Settings
from src.db.direct import explain
from src.db.models import Base
from src.db.session import OUTAGES, unpooled_engine
from src.logging_config import configure_logging

LOCK = 0x7A5C  # any number, the same for everyone who migrates this service


def migrate(connection: Connection) -> None:
    """Run what `alembic` was asked for; a second one that runs meanwhile waits for its turn.

    A lock of the transaction: one of the session would not hold through PgBouncer.
    """
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))"), {"key": LOCK}
        )
        if "while-serving" in context.get_x_argument(as_dictionary=True):
            statements = WhileServing()

            def look_at(_connection: object, _cursor: object, sql: str, *_others: object) -> None:
                statements.require_harmless(sql)

            event.listen(connection, "before_cursor_execute", look_at)
        context.run_migrations()


async def main() -> None:
    """Connect with the service's own settings."""
    settings = Settings.load()
    configure_logging(settings)
    engine = unpooled_engine(settings.database)
    try:
        connection = await _connect(engine, settings.database)
        await connection.run_sync(migrate)
        await connection.commit()
        await connection.close()
    finally:
        await engine.dispose()


async def _connect(engine: AsyncEngine, server: Server) -> AsyncConnection:
    try:
        return await engine.connect()
    except (DBAPIError, *OUTAGES) as error:
        reason = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise InvalidEnvironment(str(explain(server, reason))) from error


if context.is_offline_mode():
    raise SystemExit(f"{SERVICE}: --sql is not supported, the migrations need the database")
try:
    asyncio.run(main())
except Incompatible as error:
    raise SystemExit(str(error)) from None
