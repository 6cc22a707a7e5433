"""A bare WebSocket server that sends back what it hears; as a program, on the port given."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve


async def _echo(client: ServerConnection) -> None:
    async for message in client:
        await client.send(message)


async def _serve(port: int) -> None:
    async with serve(_echo, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
