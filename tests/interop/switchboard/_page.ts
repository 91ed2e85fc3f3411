// Copyright 2026 the Wirekit authors. MIT license.

/** `@wsrpc/client` in a page, in Chromium; the server of the page is the test. */

import { CHROMIUM_ARGS, chromiumPath } from "../wsrpc/_page.ts";
import { clientScript } from "../wsrpc/_client_script.ts";
import { type Information, type Program, Told } from "./_program.ts";

const PAGE = `<!doctype html><script src="/wsrpc.js"></script>
<script type="module">
const [port, first] = location.hash.slice(1).split(",");
const driver = new WebSocket("ws://" + location.host + "/drive?name=" + first);
const say = (message) => driver.send(JSON.stringify(message));
// Without it, the client comes back a second after it was destroyed.
const left = new Set();
window.WebSocket = new Proxy(WebSocket, {
  construct(target, args) {
    if (left.has(args[0])) throw new Error("It has left");
    return Reflect.construct(target, args);
  },
});
const urlOf = (name) => "ws://127.0.0.1:" + port + "/wsrpc/?name=" + name;
const clients = new Map();
async function enter(name, tag) {
  const rpc = new WSRPC(urlOf(name));
  clients.set(name, rpc);
  rpc.addRoute("echo", (params) => params);
  rpc.addRoute("give", ({ v }) => v);
  rpc.addRoute("who", () => tag);
  rpc.addRoute("fail", () => { throw { type: "Kaput", message: "kaput" }; });
  rpc.addRoute("never", () => new Promise(() => {}));
  rpc.addRoute("hub.information", ({ source, data }) => say({ told: { source, data } }));
  const connected = rpc.onEvent("onconnect");
  rpc.connect();
  await connected;
}
function leave(name) {
  left.add(urlOf(name));
  clients.get(name).destroy();
}
await new Promise((resolve) => driver.onopen = resolve);
driver.onmessage = async ({ data }) => {
  const { id, act, name, tag, method, params } = JSON.parse(data);
  try {
    const value = act === "enter"
      ? await enter(name, tag)
      : act === "leave"
      ? leave(name)
      : await clients.get(first).call(method, params);
    say({ id, ok: JSON.stringify(value ?? null) });
  } catch (error) {
    const { code = "", message = String(error), type = "" } = error ?? {};
    say({ id, error: code + " " + message + " " + type });
  }
};
await enter(first, first);
say({ ready: true });
</script>`;

/** What a page says to the test. */
interface Message {
  ready?: true;
  told?: Information;
  id?: number;
  ok?: string;
  error?: string;
}

/** A browser with the page. */
class Browser implements Program {
  readonly kind = "@wsrpc/client in Chromium";
  readonly isExact = false;
  readonly #socket = Promise.withResolvers<WebSocket>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #told = new Told();
  readonly #calls = new Map<number, PromiseWithResolvers<string>>();
  #last = 0;
  #browser: Deno.ChildProcess | undefined;
  #profile = "";

  constructor(readonly name: string) {}

  async open(url: string): Promise<this> {
    this.#profile = await Deno.makeTempDir();
    this.#browser = new Deno.Command(await chromiumPath(), {
      args: [...CHROMIUM_ARGS, `--user-data-dir=${this.#profile}`, url],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await this.#ready.promise;
    return this;
  }

  /** Gets the socket by which the page is driven. */
  drive(socket: WebSocket): void {
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onopen = () => this.#socket.resolve(socket);
  }

  #take({ ready, told, id = 0, ok, error }: Message): void {
    if (ready) this.#ready.resolve();
    if (told) this.#told.push(told.source, told.data);
    const made = this.#calls.get(id);
    this.#calls.delete(id);
    if (ok !== undefined) made?.resolve(ok);
    else made?.reject(new Error(error));
  }

  async #do(command: object): Promise<string> {
    const made = Promise.withResolvers<string>();
    const id = ++this.#last;
    this.#calls.set(id, made);
    const socket = await this.#socket.promise;
    socket.send(JSON.stringify({ id, ...command }));
    return await made.promise;
  }

  ask(to: string, route: string, data: string): Promise<string> {
    return this.#do({ method: `${to}.${route}`, params: JSON.parse(data) });
  }

  inform(data: string, to?: string): Promise<string> {
    const params = { data: JSON.parse(data), to };
    return this.#do({ method: "hub.inform", params });
  }

  told(): Promise<Information> {
    return this.#told.next();
  }

  async enter(name: string, tag: string): Promise<AsyncDisposable> {
    await this.#do({ act: "enter", name, tag });
    const leave = async () => void await this.#do({ act: "leave", name });
    return { [Symbol.asyncDispose]: leave };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    if (!browser) return;
    browser.kill("SIGKILL");
    await browser.status;
    await Deno.remove(this.#profile, { recursive: true });
    for (const made of this.#calls.values()) {
      made.reject(new Error("The browser was killed"));
    }
  }
}

/** Serves the page. */
export class Page implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #browsers = new Map<string, Browser>();

  constructor(script: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === "/drive") {
          const { socket, response } = Deno.upgradeWebSocket(request);
          this.#browsers.get(searchParams.get("name")!)!.drive(socket);
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
  enter(port: number, name: string): Promise<Program> {
    const browser = new Browser(name);
    this.#browsers.set(name, browser);
    return browser.open(`${this.origin}/#${port},${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#browsers.values()];
    await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
    await this.#server.shutdown();
  }
}
