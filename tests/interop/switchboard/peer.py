# Copyright 2026 the Wirekit authors. MIT license.
"""A program of winerp, wsrpc-aiohttp or wsjsonrpc in a hub with doors.

It is driven by lines of JSON: see ../../_driver.ts. It has the routes `echo`,
`give`, `who`, `fail` and `never`, and tells what it is told. It can take more
names than its first, each with a client of its own.
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
    def __init__(self, name, tag):
        import winerp

        self.client = client = winerp.Client(name, port=PORT)

        @client.route()
        async def echo(source=None, **kwargs):
            return kwargs

        @client.route()
        async def give(source=None, v=None):
            return v

        @client.route()
        async def who(source=None):
            return tag

        @client.route()
        async def fail(source=None, **kwargs):
            raise ValueError("kaput")

        @client.route()
        async def never(source=None, **kwargs):
            await asyncio.sleep(3600)

        @client.event
        async def on_winerp_ready():
            if name == NAME:
                write({"event": "ready"})

        @client.event
        async def on_winerp_information(data, source):
            told(source, data)

    async def run(self):
        await self.client.start()

    async def ask(self, to, route, data):
        return await self.client.request(route, to, 10, **data)

    async def inform(self, data, to):
        await self.client.inform(data, [] if to is None else [to])

    async def leave(self):
        # It does not wait for the other end, and takes that for a broken line.
        self.client.reconnect = False
        await self.client.websocket.close()


class Wsrpc:
    tags = {}

    def __init__(self, name, tag):
        self.name, self.tag = name, tag

    async def run(self):
        from wsrpc_aiohttp import AllowedRoute, WSRPCClient

        class Hub(AllowedRoute):
            def information(self, source, data):
                told(source, data)

        def fail(socket, **kwargs):
            raise ValueError("kaput")

        async def never(socket, **kwargs):
            await asyncio.sleep(3600)

        url = "ws://127.0.0.1:%d/wsrpc/?name=%s" % (PORT, self.name)
        self.client = WSRPCClient(url)
        # All clients of a process have the same routes.
        Wsrpc.tags[id(self.client)] = self.tag
        self.client.add_route("echo", lambda socket, **kwargs: kwargs)
        self.client.add_route("give", lambda socket, v: v)
        self.client.add_route("who", lambda socket: Wsrpc.tags[id(socket)])
        self.client.add_route("fail", fail)
        self.client.add_route("never", never)
        self.client.add_route("hub", Hub)
        await self.client.connect()
        if self.name == NAME:
            write({"event": "ready"})

    async def ask(self, to, route, data):
        return await self.client.call("%s.%s" % (to, route), timeout=10, **data)

    async def inform(self, data, to):
        to = {} if to is None else {"to": to}
        await self.client.call("hub.inform", timeout=10, data=data, **to)

    async def leave(self):
        await self.client.close()


class WsJsonRpc:
    def __init__(self, name, tag):
        self.name, self.tag = name, tag

    async def run(self):
        from twisted.internet import defer, reactor
        from wsjsonrpc import factory

        def fail(protocol, **kwargs):
            raise ValueError("kaput")

        url = "ws://127.0.0.1:%d/jsonrpc?name=%s" % (PORT, self.name)
        made = factory.JsonRpcWebSocketClientFactory(url)
        made.registerMethod("echo", lambda protocol, **kwargs: kwargs)
        made.registerMethod("give", lambda protocol, v: v)
        made.registerMethod("who", lambda protocol: self.tag)
        made.registerMethod("fail", fail)
        made.registerMethod("never", lambda protocol, **kwargs: defer.Deferred())
        made.registerMethod("hub.information", lambda protocol, source, data: told(source, data))
        reactor.connectTCP("127.0.0.1", PORT, made)
        if not reactor.running:
            reactor.startRunning(installSignalHandlers=False)
        self.protocol = await made.getProtocol().asFuture(asyncio.get_running_loop())
        if self.name == NAME:
            write({"event": "ready"})

    async def ask(self, to, route, data):
        call = self.protocol.request("%s/%s" % (to, route), data)
        return await call.asFuture(asyncio.get_running_loop())

    async def inform(self, data, to):
        to = {} if to is None else {"to": to}
        self.protocol.notify("hub.inform", {"data": data, **to})

    async def leave(self):
        self.protocol.sendClose()


def shape(error):
    """What a program sees of an error."""
    seen = [str(error)]
    for name in ("code", "message", "type"):
        if getattr(error, name, None) is not None:
            seen.append(str(getattr(error, name)))
    return " ".join(seen)


async def do(peers, make, command):
    what = command["do"]
    try:
        result = None
        if what == "enter":
            peer = peers[command["name"]] = make(command["name"], command["tag"])
            await peer.run()
        elif what == "leave":
            await peers.pop(command["name"]).leave()
        elif what == "ask":
            data = json.loads(command["data"])
            result = await peers[NAME].ask(command["to"], command["route"], data)
        else:
            await peers[NAME].inform(json.loads(command["data"]), command.get("to"))
        write({"id": command["id"], "ok": json.dumps(result, separators=(",", ":"))})
    except Exception as error:
        write({"id": command["id"], "error": shape(error)})


async def main():
    loop = asyncio.get_running_loop()
    if KIND == "wsjsonrpc":
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)
    make = {"winerp": Winerp, "wsrpc-aiohttp": Wsrpc, "wsjsonrpc": WsJsonRpc}[KIND]
    peers = {NAME: make(NAME, NAME)}
    running = [loop.create_task(peers[NAME].run())]
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        running.append(loop.create_task(do(peers, make, json.loads(line))))


asyncio.run(main())
