"""The proof that the service reaches its queue, and that a worker waits there."""

import asyncio
import uuid
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from hdms_common.result import CheckFailed, Proof
from src.config import SERVICE, Settings
from src.queue import OUTAGES, connect, explain

LIMIT_SECONDS = 5.0
# A worker that has lost the broker tries again every LONGEST_PAUSE_SECONDS (src/queue).
WORKER_SECONDS = 3.0


async def prove_queue(settings: Settings) -> Proof:
    """Prove that a message that the broker confirms comes back, and that a worker waits."""
    server = settings.rabbitmq
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            async with await connect(server, LIMIT_SECONDS) as connection:
                transport: Any = connection.transport  # there is one as long as we are in here
                properties: dict[str, Any] = transport.connection.server_properties
                await _prove_round_trip(connection)
                workers = await _count_workers(connection, settings.queue)
    except OUTAGES as error:
        raise explain(server, error) from error
    product, version = (_text(properties.get(key)) for key in ("product", "version"))
    if product != "RabbitMQ":
        raise CheckFailed(
            f"{SERVICE}: expected RabbitMQ at {server.address}, found {product}",
            f"RABBITMQ_HOST and RABBITMQ_PORT in services/{SERVICE}/.env must name RabbitMQ",
        )
    if not workers:
        raise CheckFailed(
            f"{SERVICE}: no worker waits at queue {settings.queue} of RabbitMQ at {server.address}",
            "start it: `inv services.up`; if it hangs: `inv infra.restart task-worker`; its log: "
            "`inv services.logs task-worker`",
        )
    return Proof(
        f"RabbitMQ {version} at {server.address}, virtual host {server.name}: a confirmed message "
        f"came back, workers at queue {settings.queue}: {workers}",
        {"release": version, "virtual_host": server.name, "workers": workers},
    )


async def _prove_round_trip(connection: AbstractConnection) -> None:
    channel = await connection.channel(on_return_raises=True)
    # Exclusive: nobody else sees it, and it goes with the connection should we be killed.
    queue = await channel.declare_queue(f"verify-{uuid.uuid4().hex}", exclusive=True)
    try:
        sent = Message(uuid.uuid4().bytes, delivery_mode=DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(sent, queue.name, mandatory=True)
        received = await queue.get(timeout=LIMIT_SECONDS, fail=False)
        if received is None or received.body != sent.body:
            raise CheckFailed(
                f"{SERVICE}: RabbitMQ confirmed a message and did not give it back",
                "`inv infra.logs rabbitmq`",
            )
        await received.ack()
    finally:
        await queue.delete(if_empty=False, if_unused=False)


async def _count_workers(connection: AbstractConnection, queue: str) -> int:
    """Return how many wait for messages; one that is about to is waited for."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + WORKER_SECONDS
    while True:
        async with connection.channel() as channel:
            try:
                found = await channel.declare_queue(queue, passive=True)
            except ChannelNotFoundEntity:
                workers = 0
            else:
                workers = found.declaration_result.consumer_count or 0
        if workers or loop.time() >= give_up:
            return workers
        await asyncio.sleep(0.1)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
