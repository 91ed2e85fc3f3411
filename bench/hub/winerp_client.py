# Copyright 2026 the Wirekit authors. MIT license.
"""A stock winerp client that answers, or asks as fast as it can."""

import asyncio
import json
import sys
import time

import winerp


async def main(name, port):
    client = winerp.Client(name, port=port)

    @client.route
    async def echo(source, d):
        return d

    async def load(depth, size, seconds):
        data = "x" * size
        latencies = []
        clock = time.perf_counter
        begin = clock()
        end = begin + seconds

        async def work():
            while (sent := clock()) < end:
                answer = await client.request("echo", "responder", d=data)
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
            "stalled": sum(0.036 < each < 0.06 for each in latencies) / len(latencies),
        }

    ready = asyncio.Event()

    @client.event
    async def on_winerp_ready():
        ready.set()

    await client.start()
    await ready.wait()
    print(json.dumps({"event": "ready"}), flush=True)

    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        command = json.loads(line)
        result = await load(command["depth"], command["size"], command["seconds"])
        print(json.dumps({"id": command["id"], "ok": json.dumps(result)}), flush=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
