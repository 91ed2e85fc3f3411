# Copyright 2026 the Wirekit authors. MIT license.
"""A bot with stock winerp: it greets, and asks a JSON-RPC tool for a sum.

    python3 bot.py [PORT]
"""

import asyncio
import sys

import winerp

bot = winerp.Client(local_name="bot", port=int(sys.argv[1]) if len(sys.argv) > 1 else 13254)


@bot.route
async def greet(source, name):
    return f"Hello {name}, says a bot in Python"


@bot.route
async def add(source, a, b):
    # The tool speaks JSON-RPC, and the bot winerp.
    return await bot.request("sum", source="tool", a=a, b=b)


async def main():
    await bot.start()
    await asyncio.Event().wait()


asyncio.run(main())
