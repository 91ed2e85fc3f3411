// Copyright 2026 the Wirekit authors. MIT license.

/** The small clients in a page of Chromium, and what they weigh. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Client } from "@wirekit/hub/client";
import { serve as serveHub } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { serve as serveWsrpc, Server } from "@wirekit/wsrpc";
import { Program } from "../_program.ts";
import { bundleOf, weightOf } from "./_bundle.ts";
import { CHROMIUM, FLAGS } from "./_chromium.ts";

/** How long a page may take. */
const PATIENCE = 60_000;

const NAMES = ["hub", "jsonrpc", "wsrpc"];

/** What the page does with a client; it says each time that the server may go. */
const PAGE = `<!doctype html><script type="module">
const URLS = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const tell = (path, value) =>
  fetch(path, { method: "POST", body: JSON.stringify(value) });
const failed = ({ name, message }) => [name, message];
const report = {};
try {
  const wsrpc = await import("/wsrpc.js");
  const ours = await wsrpc.connect(URLS.wsrpc, {
    routes: { mul: (_peer, { x, y }) => x * y },
    reconnect: { minDelay: 10, maxDelay: 100 },
  });
  report.sum = await ours.remote.add({ a: 2, b: 3 });
  report.big = String(await ours.call("echo", 9007199254740993n));
  report.back = await ours.call("back", ["mul", { x: 6, y: 7 }]);
  report.error = await ours.call("none").catch(failed);
  report.late = await ours.call("never", {}, { timeout: 20 }).catch(failed);
  const stop = new AbortController();
  const aborted = ours.call("never", {}, { signal: stop.signal });
  stop.abort(new Error("enough"));
  report.aborted = await aborted.catch(failed);

  const jsonrpc = await import("/jsonrpc.js");
  const client = await jsonrpc.connect(URLS.jsonrpc, {
    methods: { name: () => "page" },
    heartbeat: { interval: 20, timeout: 5000 },
  });
  report.greeting = await client.request("greet");
  report.remote = await client.remote.math.sum(1, 2);
  report.code = await client.request("none").catch(({ code }) => code);

  const hub = await import("/hub.js");
  const page = await hub.connect(URLS.hub, {
    name: "page",
    token: "s(3)cr=t",
    routes: { add: ({ a, b }) => a + b },
  });
  report.hub = await page.request("beta", "ask", {});
  report.nobody = await page.request("nobody", "x").catch(failed);
  report.wrong = await hub.connect(URLS.hub, {
    name: "evil",
    token: "wrong",
    reconnect: false,
  }).catch(({ name }) => name);

  report.nowhere = await wsrpc.connect("ws://127.0.0.1:9/s3cret")
    .catch(failed);
  report.scheme = await wsrpc.connect("http://127.0.0.1/").catch(failed);
  report.mute = await wsrpc.connect(URLS.mute, { connectTimeout: 50 })
    .catch(({ name }) => name);

  const lost = ours.call("never").catch(({ name }) => name);
  await tell("/restart");
  report.lost = await lost;
  await ours.ready({ timeout: 20000 });
  report.again = await ours.remote.add({ a: 1, b: 1 });
  await Promise.all([ours.close(), client.close(), page.close()]);
  report.states = [ours.state, client.state, page.state];
} catch (error) {
  report.failure = error.stack;
}
await tell("/report", report);
</script>`;

async function startWsrpc(port: number) {
  const server = new Server({
    allowedOrigins: ["*"],
    routes: {
      add: (_peer, { a, b }) => a + b,
      echo: (_peer, value) => value,
      back: (peer, method, params) => peer.call(method, params),
      never: () => new Promise(() => {}),
    },
  });
  return await serveWsrpc(server, { port });
}

Deno.test("The small clients work in a page of Chromium", async () => {
  const files: Record<string, string> = {};
  for (const name of NAMES) {
    files[`/${name}.js`] = await bundleOf(["*", `@wirekit/${name}/mini`]);
  }
  const report = Promise.withResolvers<Record<string, unknown>>();
  const methods = new Methods()
    .add("math.sum", (_call, x: number, y: number) => x + y)
    .add("greet", async (call) => `hello ${await call.peer.request("name")}`);
  let wsrpc = await startWsrpc(0);
  await using pages = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/restart") {
        const { port } = wsrpc.addr;
        await wsrpc.close();
        wsrpc = await startWsrpc(port);
      } else if (pathname === "/report") report.resolve(await request.json());
      const type = pathname === "/" ? "text/html" : "text/javascript";
      const body = pathname === "/" ? PAGE : files[pathname] ?? "";
      return new Response(body, { headers: { "content-type": type } });
    },
  );
  const origin = `http://127.0.0.1:${pages.addr.port}`;
  const allowedOrigins = [origin];
  await using jsonrpc = await serveJsonRpc({
    port: 0,
    methods,
    allowedOrigins,
  });
  const token = "s(3)cr=t";
  await using hub = await serveHub({ port: 0, token, allowedOrigins });
  await using beta = new Client("beta", { url: hub.urls[0]!, token });
  beta.route(
    "ask",
    (_data, { source }) => beta.request(source, "add", { a: 1, b: 2 }),
  );
  await beta.connect();
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const urls = {
    wsrpc: wsrpc.urls[0],
    jsonrpc: jsonrpc.urls[0],
    hub: hub.urls[0],
    mute: `ws://127.0.0.1:${mute.addr.port}`,
  };
  const home = await Deno.makeTempDir();
  try {
    const url = `${origin}/#${encodeURIComponent(JSON.stringify(urls))}`;
    const args = [...FLAGS, `--user-data-dir=${home}`, url];
    await using browser = new Program(CHROMIUM, { args });
    const missing = 'Callback function "none" not implemented';
    assertEquals(await deadline(report.promise, PATIENCE), {
      sum: 5,
      big: "9007199254740993",
      back: 42,
      error: ["WsrpcError", missing],
      late: ["TimeoutError", 'No answer to "never" within 20 ms'],
      aborted: ["Error", "enough"],
      greeting: "hello page",
      remote: 3,
      code: -32601,
      hub: 3,
      nobody: ["RemoteError", "Destination not found."],
      wrong: "NotConnectedError",
      nowhere: [
        "NotConnectedError",
        "Cannot connect to ws://127.0.0.1:9: nobody listens there, or the " +
        "server refused",
      ],
      scheme: [
        "TypeError",
        "Cannot connect: not a valid ws: or wss: URL",
      ],
      mute: "TimeoutError",
      lost: "NotConnectedError",
      again: 2,
      states: ["closed", "closed", "closed"],
    });
    await browser.stop("SIGTERM");
  } finally {
    await wsrpc.close();
    await Deno.remove(home, { recursive: true });
  }
});

/** What is measured: names, of the small entry and of the full one. */
const WEIGHED: [what: string, small: string[], full: string[]][] = [
  ["wsrpc", ["connect", "@wirekit/wsrpc/mini"], [
    "connect",
    "@wirekit/wsrpc/client",
  ]],
  ["the hub", ["connect", "@wirekit/hub/mini"], [
    "Client",
    "@wirekit/hub/client",
  ]],
  ["JSON-RPC", ["connect", "@wirekit/jsonrpc/mini"], [
    "connect",
    "@wirekit/jsonrpc/client",
  ]],
  ["a protocol of your own", ["miniSession", "@wirekit/transport/mini"], [
    "connect, reconnect",
    "@wirekit/transport",
  ]],
];

Deno.test("A table says what the small clients weigh, and the full ones", async () => {
  const rows = [
    "| a client of | small: minified | gzip | full: minified | gzip |",
    "| --- | --: | --: | --: | --: |",
  ];
  for (const [what, small, full] of WEIGHED) {
    const cells: number[] = [];
    for (const [names, from] of [small, full]) {
      cells.push(...await weightOf(await bundleOf([names!, from!])));
    }
    const kilobytes = cells.map((count) => (count / 1000).toFixed(1));
    rows.push(`| ${what} | ${kilobytes.join(" | ")} |`);
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${rows.join("\n")}\n`));
});
