# Copyright 2026 the Wirekit authors. MIT license.
"""A stock winerp bot with a route that blocks its whole loop."""

import asyncio
import sys
import time

import winerp

bot = winerp.Client("bot", port=int(sys.argv[1]))
runs = 0


@bot.route
async def block(source, seconds):
    global runs
    runs += 1
    print("blocks", flush=True)
    time.sleep(seconds)
    return runs


@bot.event
async def on_winerp_ready():
    print("ready", flush=True)


async def main():
    await bot.start()
    await asyncio.Event().wait()


asyncio.run(main())
