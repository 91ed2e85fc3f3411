// Copyright 2026 the Wirekit authors. MIT license.

/** Programs in this process, and in a page: they do what the foreign ones do. */

import { Client as HubClient, RouteError as HubRouteError } from "@wirekit/hub";
import { JsonRpcError, Methods, Peer } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import { connect as connectWsrpc } from "@wirekit/wsrpc/client";
import { RouteError } from "@wirekit/wsrpc";
import { CHROMIUM_ARGS, chromiumPath } from "../wsrpc/_page.ts";
import { clientScript } from "../wsrpc/_client_script.ts";

/** A program that takes part. */
export interface Program extends AsyncDisposable {
  readonly kind: string;
  readonly name: string;
  ask(to: string, route: string, data: string): Promise<string>;
  inform?(data: string, to: string): Promise<unknown>;
  told?(): Promise<unknown>;
}

/** Keeps what a program was told until it is asked for. */
class Told {
  readonly #values: unknown[] = [];
  #wake = () => {};

  push(source: string, data: unknown): void {
    this.#values.push({ source, data });
    this.#wake();
  }

  async next(): Promise<unknown> {
    while (this.#values.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#values.shift();
  }
}

const never = () => new Promise(() => {});

/** The client of the hub. */
export async function ourWinerp(port: number, name: string): Promise<Program> {
  const told = new Told();
  const client = new HubClient(name, { url: `ws://127.0.0.1:${port}` });
  client.route("echo", (data) => data).route("never", never);
  client.route("fail", () => {
    throw new HubRouteError("kaput");
  });
  client.addEventListener("information", ({ detail }) => {
    told.push(detail.source, detail.data);
  });
  await client.connect();
  return {
    kind: "our winerp",
    name,
    ask: async (to, route, data) =>
      JSON.stringify(await client.request(to, route, JSON.parse(data))),
    inform: (data, to) => client.inform(JSON.parse(data), [to]),
    told: () => told.next(),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Our JSON-RPC peer. */
export async function ourJsonRpc(port: number, name: string): Promise<Program> {
  const told = new Told();
  const methods = new Methods()
    .add("echo", (_call, data: unknown) => data)
    .add("never", never)
    .add("fail", () => {
      throw new JsonRpcError(7, "kaput");
    })
    .add("hub.information", (_call, { source, data }: {
      source: string;
      data: unknown;
    }) => told.push(source, data));
  const peer = new Peer(
    await connect(`ws://127.0.0.1:${port}/jsonrpc?name=${name}`),
    { methods },
  );
  return {
    kind: "our JSON-RPC",
    name,
    ask: async (to, route, data) =>
      JSON.stringify(await peer.request(`${to}/${route}`, JSON.parse(data))),
    inform: (data, to) =>
      peer.request("hub.inform", { data: JSON.parse(data), to }),
    told: () => told.next(),
    [Symbol.asyncDispose]: () => peer.close(),
  };
}

/** Our wsrpc client. */
export async function ourWsrpc(port: number, name: string): Promise<Program> {
  const told = new Told();
  const url = `ws://127.0.0.1:${port}/wsrpc/?name=${name}`;
  const client = await connectWsrpc(url, {
    reconnect: false,
    routes: {
      echo: (_peer, data) => data,
      never,
      fail: () => {
        throw new RouteError("kaput");
      },
      hub: {
        information: (_peer, { source, data }) => told.push(source, data),
      },
    },
  });
  return {
    kind: "our wsrpc",
    name,
    ask: async (to, route, data) =>
      JSON.stringify(await client.call(`${to}.${route}`, JSON.parse(data))),
    inform: (data, to) =>
      client.call("hub.inform", { data: JSON.parse(data), to }),
    told: () => told.next(),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** An AI assistant: the client of the official SDK. It has no name. */
export async function assistant(port: number): Promise<Program> {
  const sdk = "npm:@modelcontextprotocol/sdk@1.32.2/client";
  const { Client } = await import(`${sdk}/index.js`);
  const { StreamableHTTPClientTransport } = await import(
    `${sdk}/streamableHttp.js`
  );
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
    return text;
  };
  return {
    kind: "the official MCP client",
    name: "",
    ask: (to, route, data) =>
      call("hub/request", { to, route, data: JSON.parse(data) }),
    inform: (data, to) => call("hub/inform", { data: JSON.parse(data), to }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const PAGE = `<!doctype html><script src="/wsrpc.js"></script>
<script type="module">
const [port, name] = location.hash.slice(1).split(",");
const driver = new WebSocket(location.href.replace(/^http/, "ws").split("#")[0] + "drive");
const say = (message) => driver.send(JSON.stringify(message));
const rpc = new WSRPC("ws://127.0.0.1:" + port + "/wsrpc/?name=" + name);
rpc.addRoute("echo", (params) => params);
rpc.addRoute("fail", () => { throw { type: "Kaput", message: "kaput" }; });
rpc.addRoute("never", () => new Promise(() => {}));
rpc.addRoute("hub.information", ({ source, data }) => say({ told: { source, data } }));
await new Promise((resolve) => driver.onopen = resolve);
driver.onmessage = async ({ data }) => {
  const { id, method, params } = JSON.parse(data);
  try {
    say({ id, ok: JSON.stringify(await rpc.call(method, params) ?? null) });
  } catch (error) {
    const { code = "", message = String(error), type = "" } = error ?? {};
    say({ id, error: code + " " + message + " " + type });
  }
};
const connected = rpc.onEvent("onconnect");
rpc.connect();
await connected;
say({ ready: true });
</script>`;

/** `@wsrpc/client` in a page, in Chromium; its server is the test. */
export class Page implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #socket = Promise.withResolvers<WebSocket>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #told = new Told();
  readonly #calls = new Map<number, PromiseWithResolvers<string>>();
  #browser: Deno.ChildProcess | undefined;
  #profile = "";
  #last = 0;

  constructor(script: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/drive") {
          const { socket, response } = Deno.upgradeWebSocket(request);
          socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
          socket.onopen = () => this.#socket.resolve(socket);
          return response;
        }
        const [body, type] = pathname === "/wsrpc.js"
          ? [script, "text/javascript"]
          : [PAGE, "text/html"];
        return new Response(body, {
          headers: { "content-type": `${type}; charset=utf-8` },
        });
      },
    );
  }

  static async create(): Promise<Page> {
    return new Page(await clientScript());
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Opens the page, which takes part in a hub under a name. */
  async enter(port: number, name: string): Promise<Program> {
    this.#profile = await Deno.makeTempDir();
    this.#browser = new Deno.Command(await chromiumPath(), {
      args: [
        ...CHROMIUM_ARGS,
        `--user-data-dir=${this.#profile}`,
        `${this.origin}/#${port},${name}`,
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await this.#ready.promise;
    const call = async (method: string, params: unknown) => {
      const made = Promise.withResolvers<string>();
      const id = ++this.#last;
      this.#calls.set(id, made);
      const socket = await this.#socket.promise;
      socket.send(JSON.stringify({ id, method, params }));
      return await made.promise;
    };
    return {
      kind: "@wsrpc/client in Chromium",
      name,
      ask: (to, route, data) => call(`${to}.${route}`, JSON.parse(data)),
      inform: (data, to) => call("hub.inform", { data: JSON.parse(data), to }),
      told: () => this.#told.next(),
      [Symbol.asyncDispose]: () => this.#close(),
    };
  }

  #take(message: {
    ready?: true;
    told?: { source: string; data: unknown };
    id?: number;
    ok?: string;
    error?: string;
  }): void {
    const { ready, told, id, ok, error } = message;
    if (ready) this.#ready.resolve();
    if (told) this.#told.push(told.source, told.data);
    const made = this.#calls.get(id ?? 0);
    if (ok !== undefined) made?.resolve(ok);
    else made?.reject(new Error(error));
  }

  async #close(): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    if (!browser) return;
    browser.kill("SIGKILL");
    await browser.status;
    await Deno.remove(this.#profile, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#server.shutdown();
  }
}
