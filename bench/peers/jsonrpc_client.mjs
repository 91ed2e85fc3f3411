// Copyright 2026 the Wirekit authors. MIT license.

/** The JSON-RPC clients of others, in Node. */

import process from "node:process";
import { makeConnection } from "./vscode.mjs";
import { load } from "./worker.mjs";
import { workCalls } from "./jsonrpc_work.mjs";

const [kind, address] = process.argv.slice(2);

async function open() {
  const { WebSocket } = load("ws");
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return socket;
}

const clients = {
  /** No call at all: what a round trip of such a text costs. */
  async echo() {
    const socket = await open();
    const waiting = [];
    socket.on("message", (data) => waiting.shift()(data));
    return {
      async call(method, params) {
        const echoed = new Promise((resolve) => waiting.push(resolve));
        socket.send(JSON.stringify({ jsonrpc: "2.0", method, id: 1, params }));
        await echoed;
        return method === "sum" ? params[0] + params[1] : params[0];
      },
    };
  },
  async "rpc-websockets"() {
    const { Client } = load("rpc-websockets");
    const client = new Client(address);
    await new Promise((resolve) => client.on("open", resolve));
    return { call: (method, params) => client.call(method, params) };
  },
  async jayson() {
    const { Client } = load("jayson");
    const socket = await open();
    const client = Client.websocket({ ws: socket });
    const ask = (request) =>
      new Promise((resolve, reject) => {
        client.request(request, (error, answers) => {
          if (error) reject(error);
          else resolve(answers);
        });
      });
    return {
      call: (method, params) =>
        new Promise((resolve, reject) => {
          client.request(method, params, (error, failure, result) => {
            if (error ?? failure) reject(error ?? failure);
            else resolve(result);
          });
        }),
      async batch(method, params, count) {
        const requests = Array.from(
          { length: count },
          () => client.request(method, params, undefined, false),
        );
        const answers = await ask(requests);
        return answers.map(({ result }) => result);
      },
    };
  },
  async "vscode-jsonrpc"() {
    const connection = makeConnection(await open());
    connection.listen();
    return {
      call: (method, params) => connection.sendRequest(method, ...params),
    };
  },
  async "json-rpc-2.0"() {
    const { JSONRPCClient } = load("json-rpc-2.0");
    const socket = await open();
    const client = new JSONRPCClient((request) => {
      socket.send(JSON.stringify(request));
      return Promise.resolve();
    });
    socket.on("message", (data) => client.receive(JSON.parse(data)));
    return { call: (method, params) => client.request(method, params) };
  },
};

workCalls(await clients[kind]());
