"""The proof that WebSocket clients hear each other through Redis database 1."""

import asyncio
import json
import time
import uuid
from contextlib import AbstractAsyncContextManager

import websockets
from channels.layers import get_channel_layer
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError

from hdms_common.connectivity import redis
from hdms_common.connectivity.result import CheckFailed, Proof
from hdms_common.identity import Role, access_token
from hdms_common.redis_settings import CHANNELS_DATABASE

LIMIT_SECONDS = 5.0
SUBPROTOCOL = "hdms.chat"


def check() -> Proof:
    """Prove that what one of two clients says in a room, both hear. Leaves no message stored."""
    room = f"verify-{uuid.uuid4()}"
    layer_redis = redis.connect(get_channel_layer().hosts[0]["address"])
    try:
        redis.require_database(int(layer_redis.client_info()["db"]), CHANNELS_DATABASE)
        round_trip_ms = asyncio.run(_prove_broadcast(room, layer_redis))
    finally:
        layer_redis.close()
        _forget(room)
    return Proof(
        f"two WebSocket clients heard each other through Redis at {redis.address()}, "
        f"database {CHANNELS_DATABASE}",
        {"database": CHANNELS_DATABASE, "round_trip_ms": round_trip_ms},
    )


def _forget(room: str) -> None:
    """Delete what the proof stored; a WebSocket client cannot."""
    try:
        apps.get_model("chat", "Message").objects.filter(room=room).delete()
    except ProgrammingError as error:
        raise CheckFailed(
            f"{settings.SERVICE}: the database has no table for messages",
            "`inv migrate --all`",
        ) from error


def open_room(room: str, username: str, **options: object) -> AbstractAsyncContextManager:
    """A WebSocket into `room` of the running service, signed in as `username`.

    `options` are websockets.connect's.
    """
    token = access_token(0, username, Role.REQUESTER)
    # The service admits only its own hosts' pages, as a browser would name them.
    host = settings.ALLOWED_HOSTS[0].lstrip("*.") or "localhost"
    return websockets.connect(
        f"ws://{settings.WEB_HOST}:{settings.WEB_PORT}/ws/chat/{room}/",
        subprotocols=[SUBPROTOCOL, f"bearer.{token}"],
        origin=f"http://{host}",
        proxy=None,  # the service is on this machine
        **options,
    )


async def _prove_broadcast(room: str, layer_redis: redis.Client) -> float:
    """The milliseconds from saying to both having heard."""
    server = f"the web server at {settings.WEB_HOST}:{settings.WEB_PORT}"
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            async with open_room(room, "verify-1") as first, open_room(room, "verify-2") as second:
                _require_group(room, layer_redis)
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
    return round_trip_ms


def _require_group(room: str, layer_redis: redis.Client) -> None:
    """The room's group, with both clients in it, must be in the database that was proven."""
    members = layer_redis.zcard(f"{get_channel_layer().prefix}:group:chat.{room}")
    if members != 2:
        raise CheckFailed(
            f"{settings.SERVICE}: expected 2 members in the room's group in Redis database "
            f"{CHANNELS_DATABASE}, found {members}",
            "CHANNEL_LAYERS of the running service must name that database: "
            f"`inv infra.restart {settings.SERVICE}`",
        )
