// Copyright 2026 the Wirekit authors. MIT license.

/** Packages of npm, as clients and as servers, driven by lines of JSON. */

// deno-lint-ignore-file no-explicit-any -- each package has types of its own

import net from "node:net";

const VERSIONS: Record<string, string> = {
  jayson: "npm:jayson@5.0.0",
  "rpc-websockets": "npm:rpc-websockets@10.0.1",
  "json-rpc-2.0": "npm:json-rpc-2.0@1.8.1",
  "vscode-jsonrpc": "npm:vscode-jsonrpc@10.0.0/node",
  "open-rpc": "npm:@open-rpc/client-js@2.1.0",
  ethers: "npm:ethers@6.17.0",
  viem: "npm:viem@2.21.0",
  ws: "npm:ws@8.23.0",
};

async function load(name: string): Promise<any> {
  const loaded = await import(VERSIONS[name]!);
  return loaded.default && Object.keys(loaded).length <= 2
    ? loaded.default
    : loaded;
}

function tell(message: unknown): void {
  const line = JSON.stringify(message) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

/** A client of a package. */
interface Client {
  call(method: string, params?: unknown): Promise<unknown>;
  notify?(method: string, params?: unknown): unknown;
  cancelled?(method: string): Promise<unknown>;
  events?(count: number): Promise<unknown>;
}

function failure(error: any): unknown {
  const { code, message, data } = error?.error ?? error?.info?.error ?? error;
  return { code, message, ...(data !== undefined && { data }) };
}

const clients: Record<string, (url: string) => Promise<Client>> = {
  async jayson(url) {
    const jayson = await load("jayson");
    const client = jayson.Client.websocket({ url });
    await new Promise((resolve) => client.ws.on("open", resolve));
    const send = (method: string, params: unknown, id?: null) =>
      new Promise((resolve, reject) => {
        const done = (error: any, response: any) => {
          if (error ?? response?.error) reject(error ?? response.error);
          else resolve(response?.result);
        };
        if (id === null) client.request(method, params, null, done);
        else client.request(method, params, done);
      });
    return {
      call: (method, params = []) => send(method, params),
      notify: (method, params = []) => void send(method, params, null),
    };
  },
  async "rpc-websockets"(url) {
    const { Client } = await load("rpc-websockets");
    const client = new Client(url, { reconnect: false });
    await new Promise((resolve) => client.on("open", resolve));
    return {
      call: (method, params) => client.call(method, params),
      notify: (method, params) => client.notify(method, params),
    };
  },
  async "json-rpc-2.0"(url) {
    const { JSONRPCClient } = await load("json-rpc-2.0");
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.onopen = resolve);
    const client = new JSONRPCClient((request: unknown) =>
      socket.send(JSON.stringify(request))
    );
    socket.onmessage = ({ data }) => client.receive(JSON.parse(data));
    return {
      call: (method, params) => client.request(method, params),
      notify: (method, params) => client.notify(method, params),
    };
  },
  async "vscode-jsonrpc"(url) {
    const connection = await vscode(Number(new URL(url).port));
    const { rpc, link } = connection;
    link.listen();
    return {
      call: (method, params) => send(link, method, params),
      notify: (method, params) =>
        link.sendNotification(method, ...[params].flat() as unknown[]),
      async cancelled(method) {
        const source = new rpc.CancellationTokenSource();
        const call = link.sendRequest(method, source.token);
        setTimeout(() => source.cancel(), 20);
        return await call;
      },
    };
  },
  async "open-rpc"(url) {
    const { Client, RequestManager, WebSocketTransport } = await load(
      "open-rpc",
    );
    const transport = new WebSocketTransport(url);
    const client = new Client(new RequestManager([transport]));
    return {
      call: (method, params = []) => client.request({ method, params }, 5_000),
      notify: (method, params = []) => client.notify({ method, params }),
    };
  },
  async ethers(url) {
    const { WebSocketProvider } = await load("ethers");
    const provider = new WebSocketProvider(url, 1);
    return {
      call: (method, params = []) => provider.send(method, params),
      events: (count) =>
        new Promise((resolve) => {
          const blocks: unknown[] = [];
          provider.on("block", (block: unknown) => {
            if (blocks.push(block) === count) resolve(blocks);
          });
        }),
    };
  },
  async viem(url) {
    const { createPublicClient, webSocket } = await load("viem");
    const client = createPublicClient({
      transport: webSocket(url, { reconnect: false, retryCount: 0 }),
    });
    return {
      call: (method, params) => client.request({ method, params }),
      events: (count) =>
        new Promise((resolve) => {
          const events: unknown[] = [];
          client.transport.subscribe({
            params: ["newHeads"],
            onData: ({ result }: any) => {
              if (events.push(result.number) === count) resolve(events);
            },
          });
        }),
    };
  },
};

async function vscode(port: number): Promise<{ rpc: any; link: any }> {
  const rpc = await load("vscode-jsonrpc");
  const socket = net.connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.on("connect", resolve));
  return { rpc, link: linkOf(rpc, socket) };
}

function linkOf(rpc: any, socket: net.Socket): any {
  return rpc.createMessageConnection(
    new rpc.StreamMessageReader(socket),
    new rpc.StreamMessageWriter(socket),
  );
}

/** vscode-jsonrpc takes positions as arguments of its own. */
function send(link: any, method: string, params: unknown): Promise<unknown> {
  return Array.isArray(params)
    ? link.sendRequest(method, ...params)
    : link.sendRequest(method, params);
}

const sum = (x: number, y: number) => x + y;

/** Servers of `sum` by position and `div` by name. They return their URL. */
const servers: Record<string, () => Promise<string>> = {
  async jayson() {
    const jayson = await load("jayson");
    const server = new jayson.Server({
      sum: ([x, y]: number[], done: any) => done(null, sum(x!, y!)),
      div: ({ x, y }: any, done: any) => done(null, x / y),
      fail: (_: unknown, done: any) =>
        done({ code: 7, message: "seven", data: 1 }),
      note: (_: unknown, done: any) => done(null),
    });
    const tcp = server.tcp();
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${tcp.address().port}`;
  },
  async "rpc-websockets"() {
    const { Server } = await load("rpc-websockets");
    const server = new Server({ port: 0, host: "127.0.0.1" });
    server.register("sum", ([x, y]: number[]) => sum(x!, y!));
    server.register("div", ({ x, y }: any) => x / y);
    server.register("note", () => {});
    server.register("fail", () => {
      throw { code: 7, message: "seven", data: 1 };
    });
    await new Promise((resolve) => server.on("listening", resolve));
    return `ws://127.0.0.1:${server.wss.address().port}`;
  },
  async "json-rpc-2.0"() {
    const { JSONRPCServer, JSONRPCErrorException } = await load("json-rpc-2.0");
    const { WebSocketServer } = await load("ws");
    const server = new JSONRPCServer();
    server.addMethod("sum", ([x, y]: number[]) => sum(x!, y!));
    server.addMethod("div", ({ x, y }: any) => x / y);
    server.addMethod("note", () => {});
    server.addMethod("fail", () => {
      throw new JSONRPCErrorException("seven", 7, 1);
    });
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    wss.on(
      "connection",
      (socket: any) =>
        socket.on("message", async (text: unknown) => {
          const answer = await server.receiveJSON(String(text));
          if (answer) socket.send(JSON.stringify(answer));
        }),
    );
    await new Promise((resolve) => wss.on("listening", resolve));
    return `ws://127.0.0.1:${wss.address().port}`;
  },
  async "vscode-jsonrpc"() {
    const rpc = await load("vscode-jsonrpc");
    const server = net.createServer((socket) => {
      const link = linkOf(rpc, socket);
      link.onRequest("sum", sum);
      link.onRequest("div", ({ x, y }: any) => x / y);
      link.onNotification("note", () => {});
      link.onRequest("fail", () => {
        throw new rpc.ResponseError(7, "seven", 1);
      });
      link.onRequest(
        "wait",
        (token: any) =>
          new Promise((_, reject) =>
            token.onCancellationRequested(() =>
              reject(new rpc.ResponseError(-32800, "stopped"))
            )
          ),
      );
      link.onRequest("work", async ({ workDoneToken }: any) => {
        const progress = new rpc.ProgressType();
        await link.sendProgress(progress, workDoneToken, "half");
        return "done";
      });
      link.onRequest("back", () => link.sendRequest("name"));
      link.listen();
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve)
    );
    return `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  },
};

let client: Client;

const commands: Record<string, (command: any) => unknown> = {
  client: async ({ name, url }) => {
    client = await clients[name]!(url);
  },
  call: async ({ method, params }) => {
    try {
      return { result: await client.call(method, params) ?? null };
    } catch (error) {
      return { error: failure(error) };
    }
  },
  notify: ({ method, params }) => void client.notify?.(method, params),
  cancelled: async ({ method }) => {
    try {
      return { result: await client.cancelled!(method) };
    } catch (error) {
      return { error: failure(error) };
    }
  },
  events: ({ count }) => client.events!(count),
  serve: ({ name }) => servers[name]!(),
};

let tail = "";
const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const text of input) {
  const lines = (tail + text).split("\n");
  tail = lines.pop()!;
  for (const line of lines) {
    const command = JSON.parse(line);
    Promise.resolve().then(() => commands[command.do]!(command)).then(
      (value) => tell({ id: command.id, ok: JSON.stringify(value ?? null) }),
      (error) => tell({ id: command.id, error: String(error?.stack ?? error) }),
    );
  }
}
