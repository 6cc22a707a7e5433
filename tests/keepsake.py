"""Something in each component that runs by which a test sees that data were kept."""

from contextlib import suppress

from hdms.catalog import RABBITMQ
from hdms.components.postgres import database
from hdms.components.redis import client as client_of_redis
from hdms.engines.base import Engine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.embedded.layout import Layout
from hdms.environment.environment import Environment
from hdms.wait import wait_until


def remember(engine: Engine, environment: Environment) -> None:
    """Write something to PostgreSQL, Redis and, where it runs, RabbitMQ."""
    address = engine.address(environment, "pgbouncer")
    with database(environment, address) as db:
        db.execute("CREATE SCHEMA kept")
    with client_of_redis(environment, engine.address(environment, "redis")) as client:
        # Written to disk before the answer, as a test cannot wait for the next full second.
        client.config_set("appendfsync", "always")
        client.set("kept", "yes")
    if "rabbitmq" in engine.running():
        publish(engine, environment, "yes")


def wait_until_on_disk(engine: EmbeddedEngine) -> None:
    """RabbitMQ confirms a message when it is on disk, and a new queue some moments before.

    Its log has the queue first, and in a later write that this was decided: what was not is undone.
    """
    folder = Layout(engine.stack).data(RABBITMQ.name)

    def has_queue() -> bool:
        with suppress(FileNotFoundError):  # a file was given another name meanwhile
            if any(b"kept" in file.read_bytes() for file in folder.rglob("rabbit_durable_queue.*")):
                return True
            for log in folder.rglob("LATEST.LOG"):
                _, queue, after = log.read_bytes().partition(b"kept")
                return bool(queue) and b"committed" in after
        return False

    wait_until(has_queue, "RabbitMQ to write its queue to disk", 60)


def require_remembered(engine: Engine, environment: Environment) -> None:
    address = engine.address(environment, "pgbouncer")
    with database(environment, address) as db:
        assert db.execute("SELECT to_regnamespace('kept')").fetchone() == ("kept",)
    with client_of_redis(environment, engine.address(environment, "redis")) as client:
        assert client.get("kept") == b"yes"
    if "rabbitmq" in engine.running():
        assert published(engine, environment) == ["yes"]


def forget(engine: Engine, environment: Environment) -> None:
    """Remove what `remember` wrote."""
    with database(environment, engine.address(environment, "pgbouncer")) as db:
        db.execute("DROP SCHEMA kept")
    with client_of_redis(environment, engine.address(environment, "redis")) as client:
        client.delete("kept")
    if "rabbitmq" in engine.running():
        RABBITMQ.management(engine, environment).delete("queues/%2F/kept")


def publish(engine: Engine, environment: Environment, text: str) -> None:
    """Put a persistent message into a durable queue; its broker has confirmed it."""
    api = RABBITMQ.management(engine, environment)
    api.put("queues/%2F/kept", {"durable": True})
    message = {
        "properties": {"delivery_mode": 2},
        "routing_key": "kept",
        "payload": text,
        "payload_encoding": "string",
    }
    assert api.post("exchanges/%2F/amq.default/publish", message) == {"routed": True}


def published(engine: Engine, environment: Environment) -> list[str]:
    """Return what is in the queue, and leave it there."""
    api = RABBITMQ.management(engine, environment)
    look = {"count": 10, "ackmode": "ack_requeue_true", "encoding": "auto"}
    return [message["payload"] for message in api.post("queues/%2F/kept/get", look)]
