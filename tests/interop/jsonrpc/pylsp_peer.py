# Copyright 2026 the Wirekit authors. MIT license.
"""A server of python-lsp-jsonrpc on its standard streams."""

import sys
import time

from pylsp_jsonrpc.dispatchers import MethodDispatcher
from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.exceptions import JsonRpcException
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter


class Server(MethodDispatcher):
    def __init__(self):
        self.reader = JsonRpcStreamReader(sys.stdin.buffer)
        self.writer = JsonRpcStreamWriter(sys.stdout.buffer)
        self.endpoint = Endpoint(self, self.writer.write)

    def start(self):
        self.reader.listen(self.endpoint.consume)

    def m_sub(self, x=0, y=0):
        return x - y

    def m_text(self, text=""):
        return text * 2

    def m_fail(self):
        raise JsonRpcException("seven", 7, data={"more": 1})

    def m_slow(self):
        def later():
            time.sleep(0.3)
            return "done"

        return later

    def m_back(self, x=0):
        def later():
            return self.endpoint.request("double", {"x": x}).result(timeout=5)

        return later


Server().start()
