# Copyright 2026 the Wirekit authors. MIT license.
"""The real wsrpc-aiohttp, driven by lines of JSON: see ../../_driver.ts."""

import asyncio
import json
import logging
import sys

import aiohttp
from aiohttp import web
from wsrpc_aiohttp import (
    AllowedRoute,
    ClientException,
    PrefixRoute,
    Route,
    WebSocketAsync,
    WSRPCClient,
    decorators,
)

logging.disable(logging.CRITICAL)


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Storage(Route):
    @decorators.proxy
    async def init(self, **kwargs):
        self._internal = {}
        return {"inited": True, "kw": kwargs}

    @decorators.proxy
    async def get(self, key, default=None):
        return self._internal.get(key, default)

    @decorators.proxy
    async def set(self, key, value):
        self._internal[key] = value
        return True

    @decorators.noproxy
    def secret(self):
        return "secret"

    def plain(self):
        return "plain"


class Allowed(AllowedRoute):
    def init(self):
        self.count = 0
        return "allowed-init"

    def incr(self, by=1):
        self.count += by
        return self.count

    @decorators.noproxy
    def masked(self):
        return "masked"


class Prefixed(PrefixRoute):
    def rpc_init(self):
        return "pref-init"

    def rpc_hello(self, name):
        return f"hello {name}"


class ClientKv(AllowedRoute):
    def init(self, q):
        self.q = q
        return "client-kv-init"

    def get(self):
        return {"q": self.q}


def add(socket, *, a, b):
    return a + b


def args(socket, *args, **kwargs):
    return {"args": args, "kwargs": kwargs}


def boom(socket, message=""):
    raise ValueError(message)


def boom_key(socket):
    return {}["missing"]


async def slow(socket, seconds, value=None):
    await asyncio.sleep(seconds)
    return value


async def slow_boom(socket, seconds):
    await asyncio.sleep(seconds)
    raise ValueError("late")


async def call_back(socket, method, params=None, timeout=None):
    return await socket.call(method, timeout=timeout, **(params or {}))


def values(socket, name):
    return {
        "nan": float("nan"),
        "infinities": [float("inf"), float("-inf")],
        "big": 2**63 + 1,
        "bytes": b"\x00\x01\xff",
        "unserialisable": object(),
        "tuple": (1, (2,)),
    }[name]


async def emit(socket, event):
    await socket.emit(event)
    return True


async def bcast(socket, name, params):
    results = await socket.broadcast(name, **params)
    return [str(r) if isinstance(r, Exception) else r for r in results]


async def closeme(socket):
    await socket.close()


def payload(socket, size):
    return "x" * size


def length(socket, text):
    return len(text)


async def listen(socket):
    socket.add_event_listener(lambda event: tell("event", frame=event))
    return True


async def fail_later(socket, seconds):
    """Makes the late error of a call that has timed out."""
    try:
        await socket.call("slow_fail", timeout=seconds)
    except asyncio.TimeoutError:
        return "timed out"


ROUTES = {
    "add": add,
    "args": args,
    "boom": boom,
    "boom_key": boom_key,
    "slow": slow,
    "slow_boom": slow_boom,
    "call_back": call_back,
    "values": values,
    "emit": emit,
    "bcast": bcast,
    "closeme": closeme,
    "payload": payload,
    "length": length,
    "listen": listen,
    "fail_later": fail_later,
    "kv": Storage,
    "allowed": Allowed,
    "pref": Prefixed,
}


class Driven:
    def __init__(self):
        self.runner = None
        self.clients = {}

    async def version(self):
        from importlib.metadata import version

        return version("wsrpc-aiohttp")

    async def serve(self, port=0, keepalive=30, client_timeout=10, token=None):
        class Handler(WebSocketAsync):
            async def authorize(self):
                given = self.request.headers.get("Authorization")
                return token is None or given == token

        Handler.configure(
            keepalive_timeout=keepalive, client_timeout=client_timeout
        )
        for name, handler in ROUTES.items():
            Handler.add_route(name, handler)
        app = web.Application()
        app.router.add_route("*", "/ws/", Handler)
        self.handler = Handler
        self.runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        return self.runner.addresses[0][1]

    async def stop(self):
        await self.runner.cleanup()

    async def server_clients(self):
        return len(self.handler.get_clients())

    async def broadcast(self, name, params):
        [client, *_] = self.handler.get_clients().values()
        results = await client.broadcast(name, **params)
        return [str(r) if isinstance(r, Exception) else r for r in results]

    async def connect(self, client, url, headers=None):
        class Client(WSRPCClient):
            pass

        rpc = Client(url, headers=headers or {})

        def mul(socket, *, x, y):
            return x * y

        def notify(socket, n):
            tell("notified", client=client, n=n)
            return f"{client} seen"

        def cboom(socket):
            raise LookupError("client side")

        Client.add_route("mul", mul)
        Client.add_route("notify", notify)
        Client.add_route("cboom", cboom)
        Client.add_route("slow", slow)
        Client.add_route("payload", payload)
        Client.add_route("values", values)
        Client.add_route("ckv", ClientKv)
        rpc.add_event_listener(
            lambda event: tell("event", client=client, frame=event)
        )
        try:
            await rpc.connect()
        except aiohttp.WSServerHandshakeError as error:
            await rpc.close()
            return error.status
        self.clients[client] = rpc
        return 101

    async def call(self, client, method, params=None, timeout=10):
        call = self.clients[client].call(method, timeout=timeout, **(params or {}))
        try:
            return {"result": await call}
        except ClientException as error:
            return {
                "type": error.type,
                "message": error.message,
                "raw": error.raw,
            }
        except Exception as error:
            return {"raised": type(error).__name__, "message": str(error)}

    async def many(self, client, method, params, count):
        rpc = self.clients[client]
        results = await asyncio.gather(
            *(rpc.call(method, timeout=20, **params) for _ in range(count)),
            return_exceptions=True,
        )
        return [str(r) if isinstance(r, Exception) else r for r in results]

    async def client_emit(self, client, event):
        await self.clients[client].emit(event)

    async def raw(self, client, text):
        await self.clients[client].socket.send_str(text)

    async def raw_bytes(self, client, hex):
        await self.clients[client].socket.send_bytes(bytes.fromhex(hex))

    async def close(self, client):
        await self.clients.pop(client).close()


async def main():
    driven = Driven()
    lines = asyncio.StreamReader(limit=2**26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    tasks = set()

    async def run(command):
        id, name = command.pop("id"), command.pop("do")
        try:
            value = await getattr(driven, name)(**command)
            answer = {"id": id, "ok": json.dumps(value)}
        except Exception as error:
            answer = {"id": id, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)

    while line := await lines.readline():
        task = loop.create_task(run(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
