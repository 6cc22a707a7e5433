"""The proof that WebSocket clients hear each other through Redis database 1."""

import asyncio
import json
import time
import uuid
from contextlib import AbstractAsyncContextManager
from typing import Any

import websockets
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import ProgrammingError
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin, Subprotocol

from apps.chat import proof_identity
from apps.chat.models import Message
from hdms_common.result import CheckFailed, Proof
from hdms_django.connectivity import redis
from hdms_django.redis_settings import CHANNELS_DATABASE

LIMIT_SECONDS = 5.0
SUBPROTOCOL = "hdms.chat"
GROUP = "chat"  # of the processes that are told where to look for messages


def check() -> Proof:
    """Prove that what one of two clients says in a room, both hear. Leaves no message stored."""
    room = f"verify-{uuid.uuid4()}"
    layer_redis = redis.connect(get_channel_layer().hosts[0]["address"])
    try:
        told: Any = layer_redis.client_info()  # redis-py's type allows for an awaitable
        redis.require_database(int(told["db"]), CHANNELS_DATABASE)
        round_trip_ms = asyncio.run(_prove_broadcast(room))
    finally:
        layer_redis.close()
        forget(room)
    return Proof(
        f"two WebSocket clients heard each other through Redis at {redis.address()}, "
        f"database {CHANNELS_DATABASE}",
        {"database": CHANNELS_DATABASE, "round_trip_ms": round_trip_ms},
    )


def forget(room: str) -> None:
    """Delete what was stored in rooms whose names begin so; a WebSocket client cannot."""
    try:
        Message.objects.filter(room__startswith=room).delete()
    except ProgrammingError as error:
        raise CheckFailed(
            f"{settings.SERVICE}: the database has no table for messages",
            "`inv migrate --all`",
        ) from error


def open_room(
    room: str, name: str, number: int = 0, **options: Any
) -> AbstractAsyncContextManager[ClientConnection]:
    """A WebSocket into `room` of the running service, as one of those who prove it.

    `options` are websockets.connect's.
    """
    # The service admits only its own hosts' pages, as a browser would name them.
    host = settings.ALLOWED_HOSTS[0].lstrip("*.") or "localhost"
    return websockets.connect(
        f"ws://{settings.WEB_HOST}:{settings.WEB_PORT}/ws/chat/{room}/",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=proof_identity.headers(name, number),
        origin=Origin(f"http://{host}"),
        proxy=None,  # the service is on this machine
        **options,
    )


async def _prove_broadcast(room: str) -> float:
    """The milliseconds from saying to both having heard, and Redis having carried the hint."""
    server = f"the web server at {settings.WEB_HOST}:{settings.WEB_PORT}"
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            async with open_room(room, "verify-1") as first, open_room(room, "verify-2") as second:
                start = time.perf_counter()
                await first.send(json.dumps({"body": "verify"}))
                heard = [json.loads(await client.recv()) for client in (first, second)]
                round_trip_ms = round((time.perf_counter() - start) * 1000, 2)
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        raise CheckFailed(
            f"{settings.SERVICE}: {server} let no two clients talk, though Redis at "
            f"{redis.address()} answers: {str(error) or 'no answer in time'}",
            f"start it: `inv services.up`; its log: `inv services.logs {settings.SERVICE}`",
        ) from error
    if [message.get("body") for message in heard] != ["verify", "verify"]:
        raise CheckFailed(
            f"{settings.SERVICE}: two clients in one room heard different things through Redis",
            f"`inv services.logs {settings.SERVICE}`",
        )
    await _require_hint(room, channel)
    return round_trip_ms


async def _require_hint(room: str, channel: str) -> None:
    """What the running service tells the others must come by the database that was proven."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while (await get_channel_layer().receive(channel))["room"] != room:
                pass
    except TimeoutError:
        raise CheckFailed(
            f"{settings.SERVICE}: {room!r} was heard, but no hint of it came through Redis "
            f"database {CHANNELS_DATABASE}",
            "CHANNEL_LAYERS of the running service must name that database: "
            f"`inv infra.restart {settings.SERVICE}`",
        ) from None
