"""uvicorn as every service with an ASGI application runs it. Needs uvicorn, which such have."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from hdms_common import listening, problems
from hdms_common.ready_file import BEAT_SECONDS, ReadyFile

TICKS_A_SECOND = 10  # of uvicorn's loop
GRACEFUL_SECONDS = 5
# For what the kernel has accepted to become a connection of the event loop's.
ARRIVING_SECONDS = 0.1


class HttpProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's, whose answer to what it cannot read is a problem instead of plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up; `msg` is for uvicorn's log."""
        self.transport.write(problems.raw(400))
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's, which says when it listens, and cuts nobody off who has just connected."""

    def __init__(self, config: uvicorn.Config, ready_file: ReadyFile) -> None:
        super().__init__(config)
        self._ready_file = ready_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's hook: the application is loaded."""
        await super().startup(sockets)
        for each in sockets or ():
            listening.ready(each)
        self._ready_file.make()

    async def on_tick(self, counter: int) -> bool:
        """uvicorn's hook, TICKS_A_SECOND times a second."""
        if counter % (BEAT_SECONDS * TICKS_A_SECOND) == 0:
            self._ready_file.beat()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's hook: it is to end."""
        for server in self.servers:
            server.close()  # whoever comes now is refused, and may ask another one
        await self._let_all_ask()
        await super().shutdown(sockets)

    async def _let_all_ask(self) -> None:
        """Wait for the requests of all who have connected: uvicorn would not, and cut them off."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GRACEFUL_SECONDS
        await asyncio.sleep(ARRIVING_SECONDS)
        while any(map(_has_not_asked, self.server_state.connections)) and loop.time() < deadline:
            await asyncio.sleep(ARRIVING_SECONDS)


def _has_not_asked(connection: object) -> bool:
    return isinstance(connection, HttpProtocol) and connection.cycle is None


def serve(application: str, host: str, port: int, ready_file: ReadyFile, **options: Any) -> None:
    """Serve until SIGTERM. Log as the process does already; the front door logs requests.

    Args:
        application: "module:name".
        options: more of uvicorn.Config's.
    """
    config = uvicorn.Config(
        application,
        http=HttpProtocol,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        log_config=None,
        access_log=False,
        **options,
    )
    with suppress(KeyboardInterrupt):
        Server(config, ready_file).run(sockets=[listening.bound(host, port)])
