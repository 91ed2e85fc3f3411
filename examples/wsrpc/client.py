# Copyright 2026 the Wirekit authors. MIT license.
"""A program that calls the service in Deno, and answers it.

    pip install wsrpc-aiohttp
    python examples/wsrpc/client.py [URL]
"""

import asyncio
import statistics
import sys

from wsrpc_aiohttp import ClientException, WSRPCClient


def mean(socket, *, values):
    return statistics.mean(values)


async def main(url):
    client = WSRPCClient(url)
    client.add_route("mean", mean)
    await client.connect()
    for value in 20, 21, 22.5:
        await client.proxy.sensor.add(name="kitchen", value=value)
    print("mean:", await client.proxy.sensor.mean(name="kitchen"))
    try:
        await client.proxy.sensor.add(name="kitchen", value="warm")
    except ClientException as error:
        print(f"{error.type}: {error.message}")
    await client.close()


url = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000/ws/"
asyncio.run(main(url))
