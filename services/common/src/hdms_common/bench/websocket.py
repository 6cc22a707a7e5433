"""A chat message's way to the room and back, against an echo by the bare `websockets` package."""

import asyncio
import json
import secrets
from contextlib import AsyncExitStack
from typing import Any

import websockets
from django.apps import apps

from hdms_common.bench import echo
from hdms_common.bench.rounds import Row, medians, timed
from hdms_common.bench.servers import LOOPBACK, free_port, listens, running
from hdms_common.connectivity.channels import open_room

REPEATS = 3
HEARD_SECONDS = 5.0

WHY = (
    "a message from one client to its own room and back; bare: an echo. Ours stores it in "
    "PostgreSQL in a thread and sends it through Redis to all in the room"
)


def rows(rounds: int) -> list[Row]:
    """Compare the running service's chat with an echo. Leaves no message."""
    room = f"bench-{secrets.token_hex(6)}"
    port = free_port()
    try:
        with (
            running(["-m", echo.__name__, str(port)], lambda: listens(port)),
            asyncio.Runner() as runner,
        ):
            found = _measure(runner, room, port, rounds)
    finally:
        apps.get_model("chat", "Message").objects.filter(room=room).delete()
    return [timed("websocket, message", found["ours"], found["bare"], WHY)]


def _measure(runner: asyncio.Runner, room: str, port: int, rounds: int) -> dict[str, float]:
    stack, run = AsyncExitStack(), runner.get_loop().run_until_complete
    url = f"ws://{LOOPBACK}:{port}"
    try:
        bare = run(stack.enter_async_context(websockets.connect(url, proxy=None)))
        ours = run(stack.enter_async_context(open_room(room, "bench")))
        operations = {
            "ours": lambda: run(_said_and_heard(ours)),
            "bare": lambda: run(_said_and_heard(bare)),
        }
        return medians(operations, rounds, REPEATS)
    finally:
        run(stack.aclose())


async def _said_and_heard(client: Any) -> None:
    body = secrets.token_hex(8)
    await client.send(json.dumps({"body": body}))
    async with asyncio.timeout(HEARD_SECONDS):
        heard = json.loads(await client.recv())
    if heard.get("body") != body:
        raise RuntimeError(f"said {body!r}, heard {heard!r}")
