"""The connection to RabbitMQ, and the queues on it (spec 003, T007)."""

import asyncio
import random
from collections.abc import Callable, Iterator

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from yarl import URL

from hdms_common.result import AUTHENTICATION_FAILED, CheckFailed
from src.config import SERVICE, Server, Settings
from src.db.session import first_line
from src.errors import QueueUnavailable

CONNECT_SECONDS = 2.0
HEARTBEAT_SECONDS = 5  # a broker that hangs is noticed after two of them
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
SLOW = ".slow"

OUTAGES = (*CONNECTION_EXCEPTIONS, TimeoutError)

log = structlog.get_logger(__name__)


async def connect(server: Server, limit: float = CONNECT_SECONDS) -> AbstractConnection:
    """Connect once, within `limit` seconds.

    Raises:
        one of OUTAGES
    """
    url = URL.build(
        scheme="amqp",
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        # The default virtual host is "/", the path of whose URL is "//".
        path="/" + server.name,
        query={"heartbeat": HEARTBEAT_SECONDS, "name": SERVICE},
    )
    async with asyncio.timeout(limit):
        return await aio_pika.connect(url)


def slow_queue(name: str) -> str:
    """The queue of what took too long in queue `name`."""
    return f"{name}{SLOW}"


async def declare_queue(channel: AbstractChannel, name: str) -> AbstractQueue:
    """Declare the durable queue `name`, and one for its dead letters, the slow one's included."""
    dead = f"{name.removesuffix(SLOW)}.dead"
    await channel.declare_queue(dead, durable=True, arguments={"x-queue-type": "classic"})
    return await channel.declare_queue(
        name,
        durable=True,
        arguments={
            "x-queue-type": "classic",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
        },
    )


def backoff() -> Iterator[float]:
    """Yield pauses in seconds: doubled each time, with jitter, so that not all come at once."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


class Broker:
    """Keeps a connection to RabbitMQ and makes a new one when it is lost.

    Args:
        on_change: told whether there is a connection, at each change.
    """

    def __init__(
        self, settings: Settings, on_change: Callable[[bool], None] = lambda connected: None
    ) -> None:
        self._server = settings.rabbitmq
        self._on_change = on_change
        self._connection: AbstractConnection | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether the last that was heard of the broker was good."""
        return self._connected.is_set()

    async def wait_until_connected(self) -> None:
        """Return as soon as there is a connection."""
        await self._connected.wait()

    async def wait_until_lost(self) -> None:
        """Return as soon as there is none."""
        await self._lost.wait()

    async def keep_connected(self) -> None:
        """Connect, and connect again, for ever."""
        while True:
            self._connection = await self._connect_with_patience()
            self._set_connected(True)
            await _end_of(self._connection)
            self._set_connected(False)

    async def _connect_with_patience(self) -> AbstractConnection:
        failed = False
        for pause in backoff():
            try:
                connection = await connect(self._server)
            except OUTAGES as error:
                if not failed:
                    log.error("RabbitMQ is away", reason=str(explain(self._server, error)))
                failed = True
                await asyncio.sleep(pause)
            else:
                log.info("connected to RabbitMQ", address=self._server.address)
                return connection
        raise AssertionError("backoff() has an end")

    def _set_connected(self, connected: bool) -> None:
        (self._connected if connected else self._lost).set()
        (self._lost if connected else self._connected).clear()
        self._on_change(connected)

    async def open_channel(self) -> AbstractChannel:
        """Return a new channel, with publisher confirms.

        Raises:
            QueueUnavailable: there is no connection.
            one of OUTAGES: it was lost on the way.
        """
        if self._connection is None or not self.is_connected:
            raise QueueUnavailable(f"no connection to RabbitMQ at {self._server.address}")
        return await self._connection.channel(on_return_raises=True)

    async def close(self) -> None:
        """Say goodbye to the broker, for at most CONNECT_SECONDS."""
        if self._connection is not None:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._connection.close()
            except OUTAGES:
                log.debug("RabbitMQ did not answer our goodbye")


async def _end_of(connection: AbstractConnection) -> None:
    """Wait for the end of a connection. Its own `closed()` tells only of our closing it."""
    ended = asyncio.Event()
    connection.close_callbacks.add(lambda *_: ended.set())
    if connection.connected.is_set():
        await ended.wait()


def explain(server: Server, error: BaseException) -> CheckFailed:
    """Say what is wrong with the broker and what to do; never the password."""
    text = str(error)
    if "ACCESS_REFUSED" in text or "NOT_ALLOWED" in text or "auth" in text.lower():
        return CheckFailed(
            f"{SERVICE}: RabbitMQ at {server.address} refused user {server.user} in virtual host "
            f"{server.name}: {AUTHENTICATION_FAILED} (RABBITMQ_USER, RABBITMQ_PASSWORD)",
            f"compare RABBITMQ_PASSWORD in services/{SERVICE}/.env with the root .env: "
            "run `inv env.sync`",
        )
    if "Connection.Close" in text:  # the broker's own reason is not in the exception
        return CheckFailed(
            f"{SERVICE}: RabbitMQ at {server.address} has no virtual host {server.name} "
            "(RABBITMQ_VHOST)",
            f"correct RABBITMQ_VHOST in services/{SERVICE}/.env, where / is the usual one",
        )
    return CheckFailed(
        f"{SERVICE}: RabbitMQ at {server.address} is unreachable (RABBITMQ_HOST, RABBITMQ_PORT): "
        f"{first_line(error)}",
        "start it: `inv infra.up`; its log: `inv infra.logs rabbitmq`",
    )
