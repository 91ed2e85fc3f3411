// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A program of a package of npm in a hub with doors, driven by lines of JSON: see
 * ../../_driver.ts. It has the routes `echo`, `fail` and `never`, if its package
 * can be asked, and tells what it is told.
 */

// deno-lint-ignore-file no-explicit-any -- each package has types of its own

import process from "node:process";
import { createInterface } from "node:readline";

const VERSIONS: Record<string, string> = {
  "@wsrpc/client": "npm:@wsrpc/client@4.4.1/dist/wsrpc.es6.js",
  "rpc-websockets": "npm:rpc-websockets@10.0.1",
  "vscode-jsonrpc": "npm:vscode-jsonrpc@10.0.0/node",
};

const [kind = "", port = "", name = ""] = Deno.args;

function write(message: unknown): void {
  const line = JSON.stringify(message) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

// The packages print what they receive.
for (const name of ["log", "error", "group", "groupEnd"] as const) {
  // deno-lint-ignore no-console -- it is silenced, since stdout is ours
  console[name] = () => {};
}

function told(source: string, data: unknown): void {
  write({ event: "told", source, data: JSON.stringify(data) });
}

interface Peer {
  ask(to: string, route: string, data: any): Promise<unknown>;
  inform(data: unknown, to: string): unknown;
}

const peers: Record<string, (loaded: any) => Promise<Peer>> = {
  async "@wsrpc/client"({ default: WSRPC }) {
    const rpc = new WSRPC(`ws://127.0.0.1:${port}/wsrpc/?name=${name}`);
    rpc.addRoute("echo", (params: unknown) => params);
    rpc.addRoute("fail", () => {
      throw { type: "Kaput", message: "kaput" };
    });
    rpc.addRoute("never", () => new Promise(() => {}));
    rpc.addRoute(
      "hub.information",
      ({ source, data }: any) => told(source, data),
    );
    const connected = rpc.onEvent("onconnect");
    rpc.connect();
    await connected;
    return {
      ask: (to, route, data) => rpc.call(`${to}.${route}`, data),
      inform: (data, to) => rpc.call("hub.inform", { data, to }),
    };
  },

  /** It asks, and cannot be asked. */
  async "rpc-websockets"({ Client }) {
    const url = `ws://127.0.0.1:${port}/jsonrpc?name=${name}`;
    const client = new Client(url, { reconnect: false });
    await new Promise((resolve) => client.on("open", resolve));
    return {
      ask: (to, route, data) => client.call(`${to}/${route}`, data),
      inform: (data, to) => client.notify("hub.inform", { data, to }),
    };
  },

  async "vscode-jsonrpc"(loaded) {
    const rpc = loaded.default ?? loaded;
    const url = `ws://127.0.0.1:${port}/jsonrpc?name=${name}`;
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.onopen = resolve);
    class Reader extends rpc.AbstractMessageReader {
      listen(callback: (message: unknown) => void) {
        socket.onmessage = ({ data }) => callback(JSON.parse(data));
        return { dispose() {} };
      }
    }
    class Writer extends rpc.AbstractMessageWriter {
      write(message: unknown) {
        socket.send(JSON.stringify(message));
        return Promise.resolve();
      }
      end() {}
    }
    const link = rpc.createMessageConnection(new Reader(), new Writer());
    link.onRequest("echo", (params: unknown) => params);
    link.onRequest("fail", () => new rpc.ResponseError(7, "kaput"));
    link.onRequest("never", () => new Promise(() => {}));
    link.onNotification(
      "hub.information",
      ({ source, data }: any) => told(source, data),
    );
    link.listen();
    return {
      ask: (to, route, data) => link.sendRequest(`${to}/${route}`, data),
      inform: (data, to) => link.sendNotification("hub.inform", { data, to }),
    };
  },
};

const peer = await peers[kind]!(await import(VERSIONS[kind]!));
write({ event: "ready" });

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const { id } = command;
  const data = JSON.parse(command.data);
  Promise.resolve(
    command.do === "ask"
      ? peer.ask(command.to, command.route, data)
      : peer.inform(data, command.to),
  ).then(
    (ok) => write({ id, ok: JSON.stringify(ok ?? null) }),
    (error) => {
      const { code = "", message = String(error), type = "" } = error ?? {};
      write({ id, error: `${code} ${message} ${type}` });
    },
  );
}
