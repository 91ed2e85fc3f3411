// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A program of a package of npm in a hub with doors, driven by lines of JSON: see
 * ../../_driver.ts. It has the routes `echo`, `give`, `who`, `fail` and `never`,
 * if its package can be asked, and tells what it is told. It can take more names
 * than its first, each with a client of its own.
 */

// deno-lint-ignore-file no-explicit-any -- each package has types of its own

import process from "node:process";
import { createInterface } from "node:readline";

const VERSIONS: Record<string, string> = {
  "@wsrpc/client": "npm:@wsrpc/client@4.4.1/dist/wsrpc.es6.js",
  "@modelcontextprotocol/sdk":
    "npm:@modelcontextprotocol/sdk@1.32.2/client/index.js",
  "rpc-websockets": "npm:rpc-websockets@10.0.1",
  "vscode-jsonrpc": "npm:vscode-jsonrpc@10.0.0/node",
};

const [kind = "", port = "", first = ""] = Deno.args;

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

/** Without it, `@wsrpc/client` comes back a second after it was destroyed. */
const left = new Set<string>();
globalThis.WebSocket = new Proxy(WebSocket, {
  construct(target, args) {
    if (left.has(String(args[0]))) throw new Error("It has left");
    return Reflect.construct(target, args);
  },
});

interface Peer {
  ask(to: string, route: string, data: any): Promise<unknown>;
  inform(data: unknown, to?: string): unknown;
  leave(): unknown;
}

type Make = (loaded: any, name: string, tag: string) => Promise<Peer>;

const kinds: Record<string, Make> = {
  async "@wsrpc/client"({ default: WSRPC }, name, tag) {
    const url = `ws://127.0.0.1:${port}/wsrpc/?name=${name}`;
    const rpc = new WSRPC(url);
    rpc.addRoute("echo", (params: unknown) => params);
    rpc.addRoute("give", ({ v }: any) => v);
    rpc.addRoute("who", () => tag);
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
      leave() {
        left.add(url);
        rpc.destroy();
      },
    };
  },

  /** It asks, and cannot be asked. */
  async "rpc-websockets"({ Client }, name) {
    const url = `ws://127.0.0.1:${port}/jsonrpc?name=${name}`;
    const client = new Client(url, { reconnect: false });
    await new Promise((resolve) => client.on("open", resolve));
    return {
      ask: (to, route, data) => client.call(`${to}/${route}`, data),
      inform: (data, to) => client.notify("hub.inform", { data, to }),
      leave: () => client.close(),
    };
  },

  /** An assistant. It asks, and has no name. */
  async "@modelcontextprotocol/sdk"({ Client }) {
    const file =
      "npm:@modelcontextprotocol/sdk@1.32.2/client/streamableHttp.js";
    const { StreamableHTTPClientTransport } = await import(file);
    const client = new Client({ name: "assistant", version: "1.0.0" });
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    await client.connect(new StreamableHTTPClientTransport(url));
    const call = async (name: string, args: object) => {
      const { content, isError } = await client.callTool({
        name,
        arguments: args,
      });
      const [{ text }] = content;
      if (isError) throw new Error(text);
      return JSON.parse(text);
    };
    return {
      ask: (to, route, data) => call("hub/request", { to, route, data }),
      inform: (data, to) => call("hub/inform", { data, to }),
      leave: () => client.close(),
    };
  },

  async "vscode-jsonrpc"(loaded, name, tag) {
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
    link.onRequest("give", ({ v }: any) => v);
    link.onRequest("who", () => tag);
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
      leave: () => socket.close(),
    };
  },
};

const loaded = await import(VERSIONS[kind]!);
const peer = await kinds[kind]!(loaded, first, first);
const more = new Map<string, Peer>();
write({ event: "ready" });

async function obey(command: any): Promise<unknown> {
  const { name, tag, to, route, data } = command;
  switch (command.do) {
    case "enter":
      more.set(name, await kinds[kind]!(loaded, name, tag));
      return;
    case "leave":
      await more.get(name)!.leave();
      return;
    case "ask":
      return await peer.ask(to, route, JSON.parse(data));
    default:
      return await peer.inform(JSON.parse(data), to);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const { id } = command;
  obey(command).then(
    (ok) => write({ id, ok: JSON.stringify(ok ?? null) }),
    (error) => {
      const { code = "", message = String(error), type = "" } = error ?? {};
      write({ id, error: `${code} ${message} ${type}` });
    },
  );
}
