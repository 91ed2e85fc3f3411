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

# The same frames as in decode_child.ts.
FRAMES = [
    "*1*1*12##",
    "*1*1000#0*0311##",
    "*#1*21*1*150*255##",
    "*2*0*31##",
    "*#2*31*10*10*50*000*0##",
    "*#4*1*0*0215##",
    "*#4*1*12*0205*3##",
    "*#13**0*21*10*00*001##",
    "*#18*51*113*1234##",
    "*25*21#5*21##",
]


def pyown():
    """Its protocol, as asyncio calls it; the queue is emptied as its loop does."""
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
    """What its event session does with what `readuntil` gives it."""

    def decode(chunk):
        count = 0
        start = 0
        while (end := chunk.find(b"##", start)) >= 0:
            if OWNMessage.parse(chunk[start : end + 2].decode()):
                count += 1
            start = end + 2
        return count

    return decode


def load(decode, size, seconds):
    chunk = "".join(FRAMES * (size // len(FRAMES))).encode()
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
        result = load(decode, command["size"], command["seconds"])
        tell(id=command["id"], ok=json.dumps(result))


asyncio.run(main())
