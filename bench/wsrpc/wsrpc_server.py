# Copyright 2026 the Wirekit authors. MIT license.
"""The server of wsrpc-aiohttp on a free port."""

import asyncio
import json

import uvloop
from aiohttp import web
from wsrpc_aiohttp import WebSocketAsync


def echo(socket, *, data):
    return data


async def main():
    WebSocketAsync.add_route("echo", echo)
    app = web.Application()
    app.router.add_route("*", "/ws/", WebSocketAsync)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    address = f"ws://127.0.0.1:{port}/ws/"
    print(json.dumps({"event": "ready", "address": address}), flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
