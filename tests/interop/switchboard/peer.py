# Copyright 2026 the Wirekit authors. MIT license.
"""A program of winerp, wsrpc-aiohttp or wsjsonrpc in a hub with doors.

It is driven by lines of JSON: see ../../_driver.ts. It has the routes `echo`,
`fail` and `never`, and tells what it is told.
"""

import asyncio
import json
import logging
import sys

KIND, PORT, NAME = sys.argv[1], int(sys.argv[2]), sys.argv[3]
logging.disable(logging.CRITICAL)


def write(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def told(source, data):
    write({"event": "told", "source": source, "data": json.dumps(data)})


class Winerp:
    def __init__(self):
        import winerp

        self.client = client = winerp.Client(NAME, port=PORT)

        @client.route()
        async def echo(source=None, **kwargs):
            return kwargs

        @client.route()
        async def fail(source=None, **kwargs):
            raise ValueError("kaput")

        @client.route()
        async def never(source=None, **kwargs):
            await asyncio.sleep(3600)

        @client.event
        async def on_winerp_ready():
            write({"event": "ready"})

        @client.event
        async def on_winerp_information(data, source):
            told(source, data)

    async def run(self):
        await self.client.start()

    async def ask(self, to, route, data):
        return await self.client.request(route, to, 10, **data)

    async def inform(self, data, to):
        await self.client.inform(data, [to])


class Wsrpc:
    async def run(self):
        from wsrpc_aiohttp import AllowedRoute, WSRPCClient

        class Hub(AllowedRoute):
            def information(self, source, data):
                told(source, data)

        def fail(socket, **kwargs):
            raise ValueError("kaput")

        async def never(socket, **kwargs):
            await asyncio.sleep(3600)

        url = "ws://127.0.0.1:%d/wsrpc/?name=%s" % (PORT, NAME)
        self.client = WSRPCClient(url)
        self.client.add_route("echo", lambda socket, **kwargs: kwargs)
        self.client.add_route("fail", fail)
        self.client.add_route("never", never)
        self.client.add_route("hub", Hub)
        await self.client.connect()
        write({"event": "ready"})

    async def ask(self, to, route, data):
        return await self.client.call("%s.%s" % (to, route), timeout=10, **data)

    async def inform(self, data, to):
        await self.client.call("hub.inform", timeout=10, data=data, to=to)


class WsJsonRpc:
    async def run(self):
        from twisted.internet import defer, reactor
        from wsjsonrpc import factory

        def fail(protocol, **kwargs):
            raise ValueError("kaput")

        url = "ws://127.0.0.1:%d/jsonrpc?name=%s" % (PORT, NAME)
        made = factory.JsonRpcWebSocketClientFactory(url)
        made.registerMethod("echo", lambda protocol, **kwargs: kwargs)
        made.registerMethod("fail", fail)
        made.registerMethod("never", lambda protocol, **kwargs: defer.Deferred())
        made.registerMethod("hub.information", lambda protocol, source, data: told(source, data))
        reactor.connectTCP("127.0.0.1", PORT, made)
        reactor.startRunning(installSignalHandlers=False)
        self.protocol = await made.getProtocol().asFuture(asyncio.get_running_loop())
        write({"event": "ready"})

    async def ask(self, to, route, data):
        call = self.protocol.request("%s/%s" % (to, route), data)
        return await call.asFuture(asyncio.get_running_loop())

    async def inform(self, data, to):
        self.protocol.notify("hub.inform", {"data": data, "to": to})


def shape(error):
    """What a program sees of an error."""
    seen = [str(error)]
    for name in ("code", "message", "type"):
        if getattr(error, name, None) is not None:
            seen.append(str(getattr(error, name)))
    return " ".join(seen)


async def do(peer, command):
    try:
        data = json.loads(command["data"])
        if command["do"] == "ask":
            result = await peer.ask(command["to"], command["route"], data)
        else:
            result = await peer.inform(data, command["to"])
        write({"id": command["id"], "ok": json.dumps(result, separators=(",", ":"))})
    except Exception as error:
        write({"id": command["id"], "error": shape(error)})


async def main():
    loop = asyncio.get_running_loop()
    if KIND == "wsjsonrpc":
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)
    peer = {"winerp": Winerp, "wsrpc-aiohttp": Wsrpc, "wsjsonrpc": WsJsonRpc}[KIND]()
    running = [loop.create_task(peer.run())]
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        running.append(loop.create_task(do(peer, json.loads(line))))


asyncio.run(main())
