# Copyright 2026 the Wirekit authors. MIT license.
"""The real wsjsonrpc, both its ends, driven by lines of JSON: see _driver.ts."""

import json
import sys

from twisted.internet import defer, reactor, stdio
from twisted.protocols.basic import LineReceiver
from wsjsonrpc import exception, factory

protocols = {}


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def build(cls, *args):
    made = cls(*args)
    for name, method in METHODS.items():
        made.registerMethod(name, method)
    return made


def math_sum(protocol, x, y):
    return x + y


def math_div(protocol, x=0, y=1):
    return x / y


def note(protocol, text):
    protocols["last"] = protocol
    tell({"event": "note", "text": text})


def login(protocol, name):
    protocol.identity = name
    return True


def whoami(protocol):
    return getattr(protocol, "identity", None)


def cookie(protocol):
    return protocol.http_headers.get("cookie")


def fail(protocol):
    raise ValueError("secret")


def not_found(protocol):
    raise exception.JsonRpcMethodNotFound(request_id=0)


def custom(protocol, request_id):
    # wsjsonrpc answers the id of the exception, which a handler cannot know.
    raise exception.JsonRpcCustomException(request_id, 402, "Not enough money")


@defer.inlineCallbacks
def back(protocol, x):
    result = yield protocol.request("double", [x])
    return result


METHODS = {
    "math.sum": math_sum,
    "math.div": math_div,
    "note": note,
    "login": login,
    "whoami": whoami,
    "cookie": cookie,
    "fail": fail,
    "custom": custom,
    "back": back,
}


def serve(command):
    made = build(factory.JsonRpcWebSocketServerFactory, "ws://127.0.0.1:8095/wsjsonrpc")
    port = reactor.listenTCP(0, made, interface="127.0.0.1")
    return port.getHost().port


@defer.inlineCallbacks
def connect(command):
    port, path = command["port"], command.get("path", "wsjsonrpc")
    url = "ws://127.0.0.1:%d/%s" % (port, path)
    made = build(factory.JsonRpcWebSocketClientFactory, url)
    reactor.connectTCP("127.0.0.1", port, made)
    protocol = yield made.getProtocol()
    protocols["last"] = protocol
    return True


@defer.inlineCallbacks
def request(command):
    protocol = protocols["last"]
    result = yield protocol.request(command["method"], command.get("params"))
    return result


def notify(command):
    protocols["last"].notify(command["method"], command.get("params"))
    return True


@defer.inlineCallbacks
def batch_scope(command):
    with protocols["last"].batchContext() as batch:
        for method, params in command["calls"]:
            batch.request(method, params)
        for method, params in command.get("notifications", []):
            batch.notify(method, params)
        outcome = batch.deferredList(consumeErrors=1)
    results = yield outcome
    return [value if ok else shape(value) for ok, value in results]


@defer.inlineCallbacks
def batch_manual(command):
    batch = protocols["last"].batch()
    for method, params in command["calls"]:
        batch.request(method, params)
    for method, params in command.get("notifications", []):
        batch.notify(method, params)
    outcome = defer.DeferredList(batch.deferreds, consumeErrors=1)
    batch.sendBatch()
    results = yield outcome
    return [value if ok else shape(value) for ok, value in results]


def shape(failure):
    value = failure.value
    return {
        "class": type(value).__name__,
        "errno": getattr(value, "errno", None),
        "message": getattr(value, "message", str(value)),
    }


COMMANDS = {
    "serve": serve,
    "connect": connect,
    "request": request,
    "notify": notify,
    "batch_scope": batch_scope,
    "batch_manual": batch_manual,
}


class Commands(LineReceiver):
    delimiter = b"\n"

    def lineReceived(self, line):
        command = json.loads(line)
        done = defer.maybeDeferred(COMMANDS[command["do"]], command)
        done.addCallbacks(
            lambda value: tell({"id": command["id"], "ok": json.dumps(value)}),
            lambda failure: tell(
                {"id": command["id"], "error": json.dumps(shape(failure))}
            ),
        )

    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


stdio.StandardIO(Commands())
reactor.run()
