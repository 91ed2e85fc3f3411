# Copyright 2026 the Wirekit authors. MIT license.
"""Real pyown and OWNd clients, driven by lines of JSON.

Commands come on stdin as {"id": 1, "do": NAME, ...}; each is answered on stdout
by {"id": 1, "ok": VALUE} or {"id": 1, "error": TEXT}, the value as JSON text.
What happens by itself is told as {"event": NAME, ...}.
"""

import asyncio
import json
import logging
import sys

import _debian  # noqa: F401
from OWNd.connection import OWNCommandSession, OWNEventSession, OWNGateway, OWNSession
from OWNd.message import OWNMessage
from pyown.client import Client, SessionType
from pyown.items import Automation, Light
from pyown.items.gateway import Gateway


def tell(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Replies(logging.Handler):
    """The replies of a gateway, which OWNd only writes to its log."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.frames = []

    def emit(self, record):
        if "received response" in record.msg:
            self.frames.append(str(record.args[2]))


class Peer:
    def __init__(self):
        self.tasks = set()

    def gateway(self, port, password):
        return OWNGateway({"address": "127.0.0.1", "port": port, "password": password})

    def logger(self):
        logger = logging.Logger("OWNd", logging.DEBUG)
        logger.addHandler(logging.NullHandler())
        return logger

    # OWNd

    async def ownd_test(self, port, password):
        """Opens a session and closes it."""
        return await OWNSession(self.gateway(port, password), "test", self.logger()).test_connection()

    async def ownd_send(self, port, password, frames):
        """Sends frames, and returns what came back before their acknowledgements."""
        logger, replies = self.logger(), Replies()
        logger.addHandler(replies)
        session = OWNCommandSession(self.gateway(port, password), logger)
        result = await session.connect()
        for frame in frames:
            await session.send(OWNMessage.parse(frame) or frame)
        await session.close()
        return {"result": result, "replies": replies.frames}

    async def ownd_events(self, port, password, count):
        """Tells the next events."""
        session = OWNEventSession(self.gateway(port, password), self.logger())
        tell(event="ready", result=await session.connect())
        for _ in range(count):
            message = await session.get_next()
            text = getattr(message, "human_readable_log", "")
            tell(event="message", frame=str(message), text=text)
        await session.close()

    async def ownd_decode(self, frames):
        """What OWNd makes of frames."""
        return [type(OWNMessage.parse(frame)).__name__ for frame in frames]

    # pyown

    async def pyown_client(self, port, password, session):
        client = Client("127.0.0.1", port, password, session)
        await client.start()
        return client

    async def pyown_lights(self, port, password, old=False):
        """Switches a light, moves a shutter, asks the gateway, all by items."""
        kind = SessionType.OldCommandSession if old else SessionType.CommandSession
        client = await self.pyown_client(port, password, kind)
        light = Light(client, "11")
        await light.turn_on()
        states = [(where.string, on) async for where, on in light.get_status()]
        await light.turn_off()
        states += [(where.string, on) async for where, on in light.get_status()]
        await Automation(client, "31").up()
        address = await Gateway(client).get_ip()
        await client.close()
        return {"states": states, "address": str(address)}

    async def pyown_events(self, port, password):
        """Tells what its callbacks of lights hear."""
        client = await self.pyown_client(port, password, SessionType.EventSession)

        async def changed(item, on):
            tell(event="light", where=item.where.string, on=on)

        Light.on_status_change(changed)
        task = asyncio.create_task(client.loop())
        self.tasks.add(task)
        tell(event="ready")

    # The lines

    async def obey(self, command):
        number = command.pop("id")
        try:
            method = getattr(self, command.pop("do"))
            tell(id=number, ok=json.dumps(await method(**command)))
        except Exception as error:
            tell(id=number, error="%s: %s" % (type(error).__name__, error))

    async def run(self):
        lines = asyncio.StreamReader(limit=1 << 24)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            task = asyncio.create_task(self.obey(json.loads(line)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)


asyncio.run(Peer().run())
