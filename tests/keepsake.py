"""Something in PostgreSQL and Redis by which a test sees that data were kept."""

from hdms import connections
from hdms.engines.base import Engine
from hdms.environment.environment import Environment


def remember(engine: Engine, environment: Environment) -> None:
    """Write something to PostgreSQL and Redis."""
    address = engine.address(environment, "pgbouncer")
    with connections.database(environment, address) as database:
        database.execute("CREATE SCHEMA kept")
    with connections.redis_client(environment, engine.address(environment, "redis")) as client:
        # Written to disk before the answer, as a test cannot wait for the next full second.
        client.config_set("appendfsync", "always")
        client.set("kept", "yes")


def require_remembered(engine: Engine, environment: Environment) -> None:
    address = engine.address(environment, "pgbouncer")
    with connections.database(environment, address) as database:
        assert database.execute("SELECT to_regnamespace('kept')").fetchone() == ("kept",)
    with connections.redis_client(environment, engine.address(environment, "redis")) as client:
        assert client.get("kept") == b"yes"
