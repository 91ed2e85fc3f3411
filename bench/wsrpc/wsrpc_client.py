# Copyright 2026 the Wirekit authors. MIT license.
"""A client of wsrpc-aiohttp that calls as fast as it can."""

import asyncio
import json
import sys
import time

import uvloop
from wsrpc_aiohttp import WSRPCClient


async def main(address):
    client = WSRPCClient(address)
    await client.connect()

    async def load(depth, size, seconds, limit=float("inf")):
        data = "x" * size
        latencies = []
        clock = time.perf_counter
        begin = clock()
        end = begin + seconds

        async def work():
            while (sent := clock()) < end and len(latencies) < limit:
                answer = await client.call("echo", data=data)
                latencies.append(clock() - sent)
                assert len(answer) == size

        await asyncio.gather(*(work() for _ in range(depth)))
        took = clock() - begin
        latencies.sort()
        at = lambda part: latencies[int(len(latencies) * part)] * 1e6
        return {
            "calls": len(latencies),
            "seconds": took,
            "p50": at(0.5),
            "p99": at(0.99),
        }

    print(json.dumps({"event": "ready"}), flush=True)
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    while line := await lines.readline():
        command = json.loads(line)
        id = command.pop("id")
        command.pop("do")
        result = await load(**command)
        print(json.dumps({"id": id, "ok": json.dumps(result)}), flush=True)


uvloop.run(main(sys.argv[1]))
