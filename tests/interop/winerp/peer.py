# Copyright 2026 the Wirekit authors. MIT license.
"""Real winerp clients and a real winerp server, driven by lines of JSON.

Commands come on stdin as {"id": 1, "do": NAME, ...}; each is answered on stdout
by {"id": 1, "ok": VALUE} or {"id": 1, "error": TEXT}. What happens by itself is
told as {"event": NAME, "client": KEY, ...}. Values of the wire (`ok`, `data`,
`kwargs`) travel as JSON text, so that no number changes between here and there.
"""

import asyncio
import json
import sys
import threading
import time

import winerp

EVENTS = ["connect", "ready", "disconnect", "request", "response", "information", "error"]


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def tell(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Thing:
    """What the route of kind `object` returns."""

    def __init__(self):
        self.x = 1
        self.words = ["a", "b"]

    async def twice(self, n):
        return n * 2


class Peer:
    def __init__(self):
        self.clients = {}
        self.runs = {}
        self.seen = {}
        self.gates = {}
        self.objects = {}
        self.tasks = set()

    # Clients

    async def create(self, client, name, host=None, port=None, uri=None, reconnect=True, threshold=0.2):
        options = {}
        if host is not None:
            options["host"] = host
        made = winerp.Client(name, port=port or 1, **options)
        if uri is not None:
            made.uri = uri
        made.reconnect = reconnect
        made.reconnect_threshold = threshold
        self.clients[client] = made
        for event in EVENTS:
            made.event(self.observer(client, event))

    def observer(self, client, event):
        async def observe(*args):
            message = {"event": event, "client": client, "at": time.monotonic()}
            if event == "information":
                message.update(data=text(args[0]), source=args[1])
            elif event == "error":
                message.update(text=str(args[0]))
            tell(**message)

        observe.__name__ = "on_winerp_" + event
        return observe

    async def start(self, client):
        await self.clients[client].start()

    async def state(self, client):
        made = self.clients[client]
        return {
            "authorized": made.authorized,
            "onHold": made.on_hold,
            "open": made.websocket is not None and made.websocket.open,
        }

    async def drop(self, client):
        """Loses the connection as a broken cable would; winerp has no stop()."""
        self.clients[client].websocket.transport.abort()

    async def closed(self, client):
        """Waits until the connection has ended, noticed by the library or not."""
        await self.clients[client].websocket.wait_closed()
        return self.clients[client].websocket.close_code

    async def churn(self, port, seconds):
        """Clients come and go as fast as they can; tells how many there were."""
        until = time.monotonic() + seconds
        count = 0
        while time.monotonic() < until:
            names = ["%d-%d" % (count, n) for n in range(10)]
            count += await self.crowd(port, names, 5)
            for name in names:
                made = self.clients.pop(name)
                made.reconnect = False
                made.websocket.transport.abort()
        return count

    async def crowd(self, port, names, seconds):
        """Starts many clients at once; tells how many were let in."""
        let_in = 0
        everyone = asyncio.Event()

        async def one(name):
            nonlocal let_in
            made = winerp.Client(name, port=port)

            async def on_winerp_ready():
                nonlocal let_in
                let_in += 1
                if let_in == len(names):
                    everyone.set()

            made.event(on_winerp_ready)
            self.clients[name] = made
            await made.start()

        await asyncio.wait([asyncio.ensure_future(one(name)) for name in names], timeout=seconds)
        try:
            await asyncio.wait_for(everyone.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        return let_in

    # Routes

    async def route(self, client, name, kind, value="null"):
        handler = getattr(self, "route_" + kind)
        constant = json.loads(value)
        key = client + "." + name

        async def run(source=None, **kwargs):
            self.runs[key] = self.runs.get(key, 0) + 1
            tell(event="run", client=client, route=name, source=source)
            return await handler(key, constant, source, kwargs)

        if kind == "strict":
            run = self.route_strict
        self.clients[client].route(name)(run)

    async def ran(self, client, name):
        return self.runs.get(client + "." + name, 0)

    async def open_gate(self, client, name):
        self.gates.setdefault(client + "." + name, asyncio.Event()).set()

    async def route_echo(self, key, constant, source, kwargs):
        return kwargs

    async def route_echo_once(self, key, constant, source, kwargs):
        """Counts, as the runs of "NAME again", what it was asked before."""
        seen = self.seen.setdefault(key, set())
        if text(kwargs) in seen:
            again = key + " again"
            self.runs[again] = self.runs.get(again, 0) + 1
        seen.add(text(kwargs))
        return kwargs

    async def route_greet(self, key, constant, source, kwargs):
        return "hello " + kwargs["name"]

    async def route_source(self, key, constant, source, kwargs):
        return source

    async def route_constant(self, key, constant, source, kwargs):
        return constant

    async def route_raise(self, key, constant, source, kwargs):
        raise ValueError("kaput")

    async def route_unserialisable(self, key, constant, source, kwargs):
        loop = []
        loop.append(loop)
        return {
            "object": object(),
            "integer": 1 << 70,
            "key": {1: 1},
            "recursion": loop,
            "surrogate": "\ud800",
        }[constant]

    async def route_gated(self, key, constant, source, kwargs):
        """Answers once the test opens its gate."""
        await self.gates.setdefault(key, asyncio.Event()).wait()
        return constant

    async def route_blocking(self, key, constant, source, kwargs):
        """Blocks the event loop for as many seconds as the constant says."""
        time.sleep(constant)
        return "awake"

    async def route_large(self, key, constant, source, kwargs):
        return "x" * constant

    async def route_object(self, key, constant, source, kwargs):
        """Its methods are forgotten after as many seconds as the constant says."""
        return winerp.winerpObject(Thing(), required_functions=["twice"], object_expiry=constant or 30)

    async def route_strict(self, source, name):
        return name

    # Calls

    async def request(self, client, target, route, kwargs="{}", timeout=10):
        return await self.clients[client].request(route, target, timeout, **json.loads(kwargs))

    async def fetch(self, client, target, route):
        """Asks for an object and keeps it."""
        found = await self.clients[client].request(route, target, 10)
        self.objects[client] = found
        return {"name": found.__name__, "x": found.x, "words": found.words}

    async def twice(self, client, n):
        """Calls a method of the object that was fetched last."""
        return await self.objects[client].twice(n)

    async def inform(self, client, data, to, times=1):
        for _ in range(times):
            await self.clients[client].inform(json.loads(data), to)

    async def ping(self, client, target=None, timeout=10):
        return await self.clients[client].ping(target, timeout=timeout)

    async def raw(self, client, text):
        """Sends a text that the library itself would not write."""
        await self.clients[client].websocket.send(text)

    # The server

    async def serve(self, port=0):
        server = winerp.Server(port=port)
        threading.Thread(target=server.start, daemon=True).start()
        return server.websocket.port

    # The lines

    async def obey(self, command):
        number = command.pop("id")
        try:
            method = getattr(self, command.pop("do"))
            tell(id=number, ok=text(await method(**command)))
        except Exception as error:
            # A name is needed too: a timeout has no text.
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
