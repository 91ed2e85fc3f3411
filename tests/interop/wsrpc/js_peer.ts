// Copyright 2026 the Wirekit authors. MIT license.

/** The real `@wsrpc/client`, driven by lines of JSON: see ../../_driver.ts. */

// A page loads it by a script; here it is loaded by its name and version.
const PACKAGE = "npm:@wsrpc/client@4.4.1/dist/wsrpc.es6.js";

const encoder = new TextEncoder();

function print(message: unknown): void {
  Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(message)}\n`));
}

// The client prints what it receives and what goes wrong.
for (const name of ["log", "error", "group", "groupEnd"] as const) {
  // deno-lint-ignore no-console -- it is silenced, since stdout is ours
  console[name] = () => {};
}

const { default: WSRPC } = await import(PACKAGE);
// deno-lint-ignore no-explicit-any -- its types are wrong
let rpc: any;

// deno-lint-ignore no-explicit-any -- each command knows its own
const commands: Record<string, (args: any) => unknown> = {
  async connect({ url, reconnectTimeout }) {
    rpc = new WSRPC(url, reconnectTimeout);
    rpc.addRoute("mul", ({ x, y }: { x: number; y: number }) => x * y);
    rpc.addRoute("zero", () => 0);
    rpc.addRoute("thrower", () => {
      throw new Error("detail");
    });
    rpc.addRoute("throwStr", () => {
      throw "plain string";
    });
    rpc.addRoute("throwObj", () => {
      throw { type: "MyErr", message: "obj" };
    });
    rpc.addRoute(
      "rejectNothing",
      function (this: { reject(reason?: unknown): void }) {
        this.reject();
      },
      true,
    );
    rpc.addRoute("flaggedThrow", () => {
      throw new Error("sync throw in async route");
    }, true);
    rpc.addRoute("ns.sub", (params: unknown) => ["dotted", params]);
    rpc.addRoute("echo", (params: unknown) => params);
    rpc.addRoute("notify", ({ n }: { n: number }) => {
      print({ event: "notified", n });
      return "js seen";
    });
    rpc.addServerEventListener((frame: unknown) =>
      print({ event: "event", frame })
    );
    for (const event of ["onconnect", "onclose"]) {
      rpc.addEventListener(event, () => print({ event }));
    }
    const connected = rpc.onEvent("onconnect");
    rpc.connect();
    await connected;
  },
  call: ({ method, params }) => settle(rpc.call(method, params)),
  proxy: ({ params }) => settle(rpc.proxy.kv.set(params)),
  /** Calls that are queued before the socket opens, pretty-printed. */
  queued({ url, method, params }) {
    const early = new WSRPC(url);
    early.connect();
    return settle(early.call(method, params));
  },
  emit: ({ event }) => rpc.sendRaw(JSON.stringify(event)),
  raw: ({ text }) => rpc.sendRaw(text),
  bytes: ({ bytes }) => rpc.sendRaw(new Uint8Array(bytes)),
  state: () => rpc.state(),
  destroy: () => rpc.destroy(),
  /** Calls while there is no connection: they wait, with ids that come again. */
  async outage({ method, count }) {
    rpc.destroy();
    await rpc.onEvent("onclose");
    const calls = Array.from(
      { length: count },
      (_, n) => settle(rpc.call(method, n)),
    );
    return await Promise.all(calls);
  },
};

async function settle(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { result: await promise };
  } catch (rejected) {
    return { rejected };
  }
}

async function run(line: string): Promise<void> {
  const { id, do: name, ...args } = JSON.parse(line);
  try {
    const value = await commands[name]!(args);
    print({ id, ok: JSON.stringify(value ?? null) });
  } catch (error) {
    print({ id, error: String(error) });
  }
}

let tail = "";
for await (
  const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (tail + part).split("\n");
  tail = lines.pop()!;
  for (const line of lines) run(line);
}
