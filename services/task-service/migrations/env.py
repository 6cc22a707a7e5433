"""Runs the migrations through PgBouncer, all of them in one transaction."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from src.config import SERVICE, InvalidEnvironment, Settings
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
        context.run_migrations()


async def main() -> None:
    """Connect with the service's own settings."""
    settings = Settings.load()
    configure_logging(settings)
    engine = unpooled_engine(settings.database)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    except OUTAGES as error:
        raise InvalidEnvironment(f"{explain(settings.database, error)}") from error
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit(f"{SERVICE}: --sql is not supported, the migrations need the database")
asyncio.run(main())
