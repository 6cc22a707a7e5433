"""A chat message's way to the room and back, against an echo by the bare `websockets` package."""

import asyncio
import itertools
import json
import secrets
from contextlib import AsyncExitStack
from importlib import import_module
from types import ModuleType
from typing import Any

import websockets
from django.conf import settings

from hdms_testing.bench import echo
from hdms_testing.bench.rounds import Row, medians, timed
from hdms_testing.bench.servers import LOOPBACK, free_port, listens, running

REPEATS = 3
HEARD_SECONDS = 5.0
# In turns, each in a room of their own: one alone may not say so much at once.
PEOPLE = 5

WHY = (
    "a message from one client to its own room and back; bare: an echo. Ours stores it in "
    "PostgreSQL in a thread, hints through Redis, and reads it for all in the room"
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
        _proof().forget(room)
    return [timed("websocket, message", found["ours"], found["bare"], WHY)]


def _measure(runner: asyncio.Runner, room: str, port: int, rounds: int) -> dict[str, float]:
    stack, run = AsyncExitStack(), runner.get_loop().run_until_complete
    url = f"ws://{LOOPBACK}:{port}"
    try:
        bare = run(stack.enter_async_context(websockets.connect(url, proxy=None)))
        ours = itertools.cycle(
            [
                run(
                    stack.enter_async_context(
                        _proof().open_room(f"{room}-{person}", "bench", person)
                    )
                )
                for person in range(PEOPLE)
            ]
        )
        operations = {
            "ours": lambda: run(_said_and_heard(next(ours))),
            "bare": lambda: run(_said_and_heard(bare)),
        }
        return medians(operations, rounds, REPEATS)
    finally:
        run(stack.aclose())


def _proof() -> ModuleType:
    """The module with the service's own proof, which knows how to talk in a room."""
    path: str = getattr(settings, "CONNECTION_CHECKS", {})["channels"]
    return import_module(path.rpartition(".")[0])


async def _said_and_heard(client: Any) -> None:
    body = secrets.token_hex(8)
    await client.send(json.dumps({"body": body}))
    async with asyncio.timeout(HEARD_SECONDS):
        heard = json.loads(await client.recv())
    if heard.get("body") != body:
        raise RuntimeError(f"said {body!r}, heard {heard!r}")
