// Copyright 2026 the Wirekit authors. MIT license.

/** What a page of a stranger reaches of a hub with all doors: nothing. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { page } from "@wirekit/hub/page";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import * as plantPage from "@wirekit/openwebnet/page";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { browse, rebound, TRY } from "./_strangers.ts";

/** All paths of a hub from which something can be read. */
const READ = [
  "/",
  "/metrics",
  "/healthz",
  "/readyz",
  "/api/report",
  "/api/clients",
  "/api/edges",
  "/api/events",
  "/api/events?tail=true&payload=true",
  "/api/session",
  "/api/nothing",
  "/events",
  "/events?name=stranger",
  "/openapi.json",
  "/plant/home",
  "/plant/home/",
  "/plant/home/page/page.js",
  "/plant/home/api/events",
  "/mcp",
  "/mcp/",
  "/jsonrpc",
  "/wsrpc/",
];

const CALL = '{"jsonrpc":"2.0","id":1,"method":"bot/greet","params":{}}';
const HELLO = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "stranger", version: "1" },
  },
});
const LIGHT = '{"where":"12"}';

/** All that changes or asks something. */
const WRITE: [path: string, body: string][] = [
  ["/call/bot/greet", "{}"],
  ["/call/bot/greet?name=stranger", "{}"],
  ["/call/@hub/clients", "{}"],
  ["/call/home/light.on", LIGHT],
  ["/inform", "1"],
  ["/inform/bot", "1"],
  ["/answer/1", "1"],
  ["/jsonrpc", CALL],
  ["/jsonrpc/", `[${CALL}]`],
  ["/mcp", HELLO],
  ["/mcp/", HELLO],
  ["/session", '{"token":"x"}'],
  ["/api/request", '{"to":"bot","route":"greet","data":"{}"}'],
  ["/api/inform", '{"data":"1"}'],
  ["/api/disconnect", '{"name":"bot"}'],
  ["/api/block", '{"name":"bot","ms":1000}'],
  ["/api/drain", '{"on":true}'],
  [
    "/plant/home/api/order",
    '{"plant":"home","id":"light_12","part":"","text":"ON"}',
  ],
];

const SOCKETS = ["/", "/wsrpc/?name=x", "/jsonrpc?name=x", "/any"];

/** A hub with all doors, whose clients note what they are asked. */
async function openHub(port = 0) {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(new GatewaySimulator());
  const home = new Gateway({ transport: () => simulator.connect() });
  const server = stack.use(
    await serve({
      port,
      doors: [page()],
      open: [
        httpDoor(),
        jsonRpcDoor(),
        wsrpcDoor(),
        mcpDoor({ allow: ["*", "@hub/*"] }),
        gatewayDoor({ home }, { page: plantPage }),
      ],
    }),
  );
  const asked: string[] = [];
  const bot = stack.use(new Client("bot", { url: server.urls[0] }));
  bot.route("greet", () => {
    asked.push("greet");
    return "the data";
  });
  bot.addEventListener("information", () => asked.push("told"));
  await bot.connect();
  const rest = stack.move();
  return {
    port: server.addr.port,
    /** What is changed, or was asked, that should not be. */
    async harm() {
      const clients = await bot.request("@hub", "clients", {}) as {
        name: string | null;
      }[];
      const names = clients.map(({ name }) => name).sort();
      assertEquals(names, ["bot", "home"]);
      return [...asked, ...simulator.executed];
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

Deno.test("A name that is rebound to a hub with all doors gets a page at none of its paths", async () => {
  const attempts = `await (async () => {
    const outcomes = [];
    const note = async (what, action) =>
      outcomes.push(what + " " + await tries(action));
    for (const path of ${JSON.stringify(READ)}) {
      await note(path, async () => {
        const { status, body } = await fetch(path, { redirect: "manual" });
        await body?.cancel();
        return status;
      });
    }
    for (const [path, body] of ${JSON.stringify(WRITE)}) {
      for (const type of ["application/json", "text/plain"]) {
        await note(path, () => post(path, body, type));
      }
    }
    for (const path of ${JSON.stringify(SOCKETS)}) {
      const url = location.origin.replace("http", "ws") + path;
      await note(path, () => socket(url));
    }
    return outcomes;
  })()`;
  let hub: Awaited<ReturnType<typeof openHub>> | undefined;
  let harm: string[] | undefined;
  const outcomes = await rebound(
    async (port) => {
      hub = await openHub(port);
      return {
        async [Symbol.asyncDispose]() {
          harm = await hub!.harm();
          await hub![Symbol.asyncDispose]();
        },
      };
    },
    "name of this hub",
    attempts,
  );
  const [found, ...all] = outcomes.split(" | ");
  assertEquals(found, '403 "evil.example" is not a name of this hub.');
  assertEquals(all.length, READ.length + 2 * WRITE.length + SOCKETS.length);
  for (const outcome of all) {
    assert(/ (403|closed)$/.test(outcome), outcome);
  }
  assertEquals(harm, []);
});

/** Tries all of that from another origin, with and without asking first. */
function strangersPage(hub: string): string {
  return `<!doctype html><script type="module">${TRY}
const hub = "${hub}";
const found = [];
const read = (path, init) => tries(async () =>
  await (await fetch(hub + path, init)).text());
for (const path of ${JSON.stringify(READ)}) {
  for (const mode of ["cors", "no-cors"]) {
    // What never ends cannot be read, either: it is given up.
    const signal = AbortSignal.timeout(2_000);
    found.push([path, await read(path, { mode, signal })]);
  }
}
for (const [path, body] of ${JSON.stringify(WRITE)}) {
  const json = { "content-type": "application/json" };
  found.push([path, await read(path, { method: "POST", body, headers: json })]);
  found.push([path, await read(path, { method: "POST", body })]);
  found.push([path, await read(path, { method: "POST", body, mode: "no-cors" })]);
}
for (const path of ${JSON.stringify(SOCKETS)}) {
  found.push([path, await tries(() => socket(hub.replace("http", "ws") + path))]);
}
await report("/report", found);
</script>`;
}

// For a browser, the first one is the same site as the hub.
for (const host of ["127.0.0.1", "localhost"]) {
  Deno.test(`A page at another port of ${host} reads nothing of a hub with all doors, and changes nothing`, async () => {
    await using hub = await openHub();
    const reported = Promise.withResolvers<[string, string][]>();
    await using stranger = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        if (new URL(request.url).pathname === "/report") {
          reported.resolve(JSON.parse(await request.text()));
          return new Response();
        }
        const text = strangersPage(`http://127.0.0.1:${hub.port}`);
        return new Response(text, { headers: { "content-type": "text/html" } });
      },
    );
    const url = `http://${host}:${stranger.addr.port}/`;
    const found = await browse(url, [], () => reported.promise);
    const count = 2 * READ.length + 3 * WRITE.length + SOCKETS.length;
    assertEquals(found.length, count);
    for (const [path, outcome] of found) {
      assert(/^(fails|closed|)$/.test(outcome), `${path}: ${outcome}`);
    }
    assertEquals(await hub.harm(), []);
  });
}

Deno.test("A program on this machine reads what a page of a stranger cannot", async () => {
  await using hub = await openHub();
  for (const path of READ) {
    const response = await fetch(`http://127.0.0.1:${hub.port}${path}`);
    await response.body?.cancel();
    assert(response.status !== 403, `${path}: ${response.status}`);
  }
});
