# Copyright 2026 the Wirekit authors. MIT license.
"""A bot with stock winerp: nothing here knows that the hub is another one.

    python3 python_bot.py [PORT]
"""

import asyncio
import sys

import winerp

ipc = winerp.Client(local_name="python-bot", port=int(sys.argv[1]) if len(sys.argv) > 1 else 13254)


@ipc.route
async def mention(source, user_id):
    return f"<@{user_id}>"


@ipc.event
async def on_winerp_ready():
    print("ready", flush=True)


@ipc.event
async def on_winerp_information(data, source):
    print(f"{source} informs: {data}", flush=True)
    user = await ipc.request("fetch_user", source=source, user_id=175928847299117063)
    print(f"{source} answers: {user}", flush=True)


async def main():
    await ipc.start()
    await asyncio.Event().wait()


asyncio.run(main())
