# Copyright 2026 the Wirekit authors. MIT license.
"""The stock winerp server on a free port."""

import json

import winerp

server = winerp.Server(port=0)
print(json.dumps({"event": "ready", "address": server.websocket.port}), flush=True)
server.start()
