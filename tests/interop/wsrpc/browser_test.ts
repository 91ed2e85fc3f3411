// Copyright 2026 the Wirekit authors. MIT license.

/** A page in headless Chromium, with `@wsrpc/client` and with our client. */

import { assertEquals } from "@std/assert";
import { clientScript, deno } from "./_client_script.ts";
import { servePage, visit } from "./_page.ts";
import { startOurs } from "./_server.ts";

const CLIENT_PAGE = `<!doctype html><script src="/wsrpc.js"></script>
<script type="module">
const report = {};
const rpc = new WSRPC(URL_OF_SERVER);
rpc.addRoute("mul", ({ x, y }) => x * y);
rpc.addRoute("notify", ({ n }) => "page saw " + n);
const heard = new Promise((resolve) => rpc.addServerEventListener(resolve));
rpc.connect();
report.queued = await rpc.call("add", { a: 2, b: 3 });
report.proxy = await rpc.proxy.kv.set({ key: "ключ", value: [1] });
report.get = await rpc.call("kv.get", { key: "ключ" });
report.positional = await rpc.call("args", [1, 2]);
report.back = await rpc.call("call_back", {
  method: "mul",
  params: { x: 6, y: 7 },
});
report.error = await rpc.call("nope", {}).catch((error) => error);
report.broadcast = await rpc.call("bcast", { name: "notify", params: { n: 1 } });
rpc.sendRaw(JSON.stringify({ from: "page" }));
rpc.call("emit", { event: { Hello: "page" } });
report.event = await heard;
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>`;

const OUR_PAGE = `<!doctype html><script type="module">
import { connect } from "/ours.js";
const report = {};
const client = await connect(URL_OF_SERVER, {
  routes: { mul: (_peer, { x, y }) => x * y },
});
report.sum = await client.remote.add({ a: 2, b: 3 });
report.back = await client.call("call_back", {
  method: "mul",
  params: { x: 6, y: 7 },
});
report.error = await client.call("nope").catch(({ name, type }) => [name, type]);
await client.peer.close();
await client.ready();
report.again = await client.call("add", { a: 1, b: 1 });
await client.close();
report.state = client.state;
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>`;

const STRANGER_PAGE = `<!doctype html><script type="module">
const socket = new WebSocket(URL_OF_SERVER);
const opened = await new Promise((resolve) => {
  socket.onopen = () => resolve(true);
  socket.onerror = () => resolve(false);
});
await fetch("/report", { method: "POST", body: JSON.stringify({ opened }) });
</script>`;

Deno.test("Server serves a page with @wsrpc/client in Chromium", async () => {
  await using page = servePage({ "/wsrpc.js": await clientScript() });
  await using ours = await startOurs({ allowedOrigins: [page.origin] });
  page.files["/"] = CLIENT_PAGE.replace(
    "URL_OF_SERVER",
    JSON.stringify(ours.url),
  );
  assertEquals(await visit(page), {
    queued: 5,
    proxy: true,
    get: [1],
    positional: { args: [1, 2], kwargs: {} },
    back: 42,
    error: {
      type: "NotImplementedError",
      message: 'Callback function "nope" not implemented',
    },
    broadcast: ["page saw 1"],
    event: { Hello: "page" },
  });
  assertEquals(ours.events, [{ from: "page" }]);
});

Deno.test("Client runs in Chromium", async () => {
  const script = await deno(
    ...["bundle", "--quiet", "--platform", "browser", "wsrpc/client.ts"],
  );
  await using page = servePage({ "/ours.js": script });
  await using ours = await startOurs({ allowedOrigins: [page.origin] });
  page.files["/"] = OUR_PAGE.replace("URL_OF_SERVER", JSON.stringify(ours.url));
  assertEquals(await visit(page), {
    sum: 5,
    back: 42,
    error: ["WsrpcError", "NotImplementedError"],
    again: 2,
    state: "closed",
  });
});

Deno.test("Server refuses a page of a stranger in Chromium", async () => {
  await using page = servePage({});
  await using ours = await startOurs();
  page.files["/"] = STRANGER_PAGE.replace(
    "URL_OF_SERVER",
    JSON.stringify(ours.url),
  );
  assertEquals(await visit(page), { opened: false });
  assertEquals(ours.wsrpc.clients.size, 0);
});
