// Copyright 2026 the Wirekit authors. MIT license.

/** The JSON-RPC servers of others, in Node. */

import process from "node:process";
import { load, tell } from "./worker.mjs";
import { makeConnection } from "./vscode.mjs";

function ready(port) {
  tell({ event: "ready", address: `ws://127.0.0.1:${port}` });
}

/** A WebSocket server on a free port. */
function listen(onConnection) {
  const { WebSocketServer } = load("ws");
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: false,
  });
  server.on("connection", onConnection);
  server.on("listening", () => ready(server.address().port));
}

const servers = {
  async echo() {
    await listen((socket) => {
      socket.on("message", (data) => socket.send(data, { binary: false }));
    });
  },
  "rpc-websockets"() {
    const { Server } = load("rpc-websockets");
    const server = new Server({ host: "127.0.0.1", port: 0 });
    server.register("sum", ([a, b]) => a + b);
    server.register("echo", ([text]) => text);
    server.on("listening", () => ready(server.wss.address().port));
  },
  jayson() {
    const { Server } = load("jayson");
    const server = new Server({
      sum: ([a, b], done) => done(null, a + b),
      echo: ([text], done) => done(null, text),
    });
    const listening = server.websocket({
      host: "127.0.0.1",
      port: 0,
      perMessageDeflate: false,
    });
    listening.on("listening", () => ready(listening.address().port));
  },
  "vscode-jsonrpc"() {
    listen((socket) => {
      const connection = makeConnection(socket);
      connection.onRequest("sum", (a, b) => a + b);
      connection.onRequest("echo", (text) => text);
      connection.listen();
    });
  },
  "json-rpc-2.0"() {
    const { JSONRPCServer } = load("json-rpc-2.0");
    const server = new JSONRPCServer();
    server.addMethod("sum", ([a, b]) => a + b);
    server.addMethod("echo", ([text]) => text);
    listen((socket) => {
      socket.on("message", async (data) => {
        const answer = await server.receiveJSON(data.toString());
        if (answer) socket.send(JSON.stringify(answer));
      });
    });
  },
};

servers[process.argv[2]]();
