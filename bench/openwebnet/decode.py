# Copyright 2026 the Wirekit authors. MIT license.
"""Decodes as many frames as it can, for `decode.ts`."""

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests/interop/openwebnet"))

import _debian  # noqa: E402, F401
from OWNd.message import OWNMessage
from pyown.protocol import OWNProtocol

def pyown():
    """Its protocol, as asyncio calls it; the queue is emptied as its loop does.

    A frame becomes an object of tags, which are texts: our messages.
    """
    loop = asyncio.get_running_loop()
    protocol = OWNProtocol(loop.create_future(), loop.create_future())
    queue = protocol._messages_queue

    def decode(chunk):
        protocol.data_received(chunk)
        count = 0
        while not queue.empty():
            queue.get_nowait()
            count += 1
        return count

    return decode


def ownd():
    """What its event session does with what `readuntil` gives it.

    A frame becomes an event with its values read, and with a sentence for the
    log: our events and a little more.
    """

    def decode(chunk):
        count = 0
        start = 0
        while (end := chunk.find(b"##", start)) >= 0:
            if OWNMessage.parse(chunk[start : end + 2].decode()):
                count += 1
            start = end + 2
        return count

    return decode


def load(decode, text, size, seconds):
    chunk = text.encode()
    latencies = []
    calls = 0
    begin = now = time.perf_counter()
    while now < begin + seconds:
        calls += decode(chunk)
        then, now = now, time.perf_counter()
        latencies.append(now - then)
    took = time.perf_counter() - begin
    if calls != len(latencies) * size:
        raise RuntimeError("Lost frames: %d" % calls)
    latencies.sort()
    at = lambda part: latencies[int(len(latencies) * part)] * 1e6
    return {"calls": calls, "seconds": took, "p50": at(0.5), "p99": at(0.99)}


def tell(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def main():
    decode = {"pyown": pyown, "OWNd": ownd}[sys.argv[1]]()
    tell(event="ready")
    for line in sys.stdin:
        command = json.loads(line)
        result = load(decode, command["text"], command["size"], command["seconds"])
        tell(id=command["id"], ok=json.dumps(result))


asyncio.run(main())
