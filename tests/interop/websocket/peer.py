# Copyright 2026 the Wirekit authors. MIT license.
"""An echo by `websockets`: a server, or a client of a URL."""

import asyncio
import sys

import websockets


async def echo(websocket):
    try:
        async for message in websocket:
            if message == "goodbye":
                await websocket.close(4000, "grüße")
                break
            await websocket.send(message)
    except websockets.ConnectionClosed:
        pass
    print(f"closed {websocket.close_code} {websocket.close_reason}", flush=True)


async def main():
    if len(sys.argv) > 1:
        async with websockets.connect(sys.argv[1], max_size=None) as websocket:
            await echo(websocket)
        return
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"port {port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
