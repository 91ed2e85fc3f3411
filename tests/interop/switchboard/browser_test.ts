// Copyright 2026 the Wirekit authors. MIT license.

/** Pages in headless Chromium: one that takes part, and one of a stranger. */

import { assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { clientScript } from "../wsrpc/_client_script.ts";
import { servePage, visit } from "../wsrpc/_page.ts";

const PAGE = `<!doctype html><script src="/wsrpc.js"></script>
<script type="module">
const report = {};
const rpc = new WSRPC("ws://HUB/wsrpc/?name=page");
rpc.addRoute("double", ({ n }) => ({ n: 2 * n }));
const told = new Promise((resolve) => rpc.addRoute("hub.information", resolve));
rpc.connect();
report.greet = await rpc.call("bot.greet", { name: "page" });
report.back = await rpc.call("bot.ask_page", { n: 21 });
report.error = await rpc.call("bot.nothing", {}).catch((error) => error.code);
report.told = await told;
const answer = await fetch("http://HUB/call/bot/greet", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ name: "fetch" }),
});
report.fetched = answer.status === 200 ? await answer.json() : answer.status;
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>`;

const STRANGER = `<!doctype html><script type="module">
const url = "http://HUB/call/bot/greet";
const body = JSON.stringify({ name: "stranger" });
const type = { "content-type": "application/json" };
const tries = [
  [url, { method: "POST", body, mode: "no-cors" }],
  [url, { method: "POST", body, headers: type }],
  ["http://HUB/jsonrpc", { method: "POST", body, mode: "no-cors" }],
  ["http://HUB/inform", { method: "POST", body, mode: "no-cors" }],
  ["http://HUB/mcp", { method: "POST", body, mode: "no-cors" }],
  ["http://HUB/mcp", { method: "POST", body, headers: type }],
  ["http://HUB/mcp", { mode: "no-cors" }],
  ["http://HUB/events?name=stranger", { mode: "no-cors" }],
  ["http://HUB/openapi.json", {}],
];
const report = { seen: [] };
for (const [url, init] of tries) {
  const text = await fetch(url, init).then((each) => each.text(), () => "");
  report.seen.push(text);
}
for (const path of ["wsrpc/?name=x", "jsonrpc?name=x"]) {
  const socket = new WebSocket("ws://HUB/" + path);
  report[path] = await new Promise((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
}
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>`;

async function withHub(
  allowedOrigins: readonly string[],
  test: (host: string, bot: Client, asked: unknown[]) => Promise<void>,
): Promise<void> {
  await using server = await serve({
    port: 0,
    allowedOrigins,
    open: [httpDoor(), jsonRpcDoor(), wsrpcDoor(), mcpDoor({ allow: ["*"] })],
  });
  const asked: unknown[] = [];
  await using bot = new Client("bot", { url: server.urls[0] });
  bot.route("greet", async ({ name }: { name: string }) => {
    asked.push(name);
    if (name === "page") await bot.inform({ hello: name }, ["page"]);
    return `Hello ${name}`;
  });
  bot.route(
    "ask_page",
    (data) => bot.request("page", "double", data as Record<string, unknown>),
  );
  await bot.connect();
  await test(`127.0.0.1:${server.addr.port}`, bot, asked);
}

Deno.test("A page with @wsrpc/client takes part in a hub, in Chromium", async () => {
  await using page = servePage({ "/wsrpc.js": await clientScript() });
  await withHub([page.origin], async (host) => {
    page.files["/"] = PAGE.replaceAll("HUB", host);
    assertEquals(await visit(page), {
      greet: "Hello page",
      back: { n: 42 },
      error: -32601,
      told: { source: "bot", data: { hello: "page" } },
      // A POST from a page needs the proof of a session, too.
      fetched: 403,
    });
  });
});

Deno.test("A page of a stranger reaches nobody in a hub, in Chromium", async () => {
  await using page = servePage({});
  await withHub([], async (host, _bot, asked) => {
    page.files["/"] = STRANGER.replaceAll("HUB", host);
    assertEquals(await visit(page), {
      seen: ["", "", "", "", "", "", "", "", ""],
      "wsrpc/?name=x": false,
      "jsonrpc?name=x": false,
    });
    assertEquals(asked, []);
  });
});
