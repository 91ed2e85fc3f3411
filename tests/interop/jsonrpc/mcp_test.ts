// Copyright 2026 the Wirekit authors. MIT license.

/** The official SDK of the Model Context Protocol, as a server and as a client. */

import { assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { spawn } from "@wirekit/jsonrpc";
import { PATIENCE } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";

const fileOf = (name: string) => new URL(name, import.meta.url).pathname;
const SDK = ["run", "-A", "--quiet", PEERS_LOCK];

Deno.test("Our peer calls a server of the MCP SDK: progress, cancellation, ping", async () => {
  await using child = spawn(Deno.execPath(), {
    args: [...SDK, fileOf("mcp_server.ts")],
    conventions: "mcp",
    timeout: PATIENCE,
  });
  const { peer } = child;
  await peer.request("initialize", {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "ours", version: "1.0.0" },
  });
  await peer.notify("notifications/initialized");
  const call = (name: string, options = {}) =>
    peer.request("tools/call", { name, arguments: {} }, options);
  const seen: unknown[] = [];
  const onProgress = (value: unknown) => seen.push(value);
  assertEquals(await call("work", { onProgress }), {
    content: [{ type: "text", text: "done" }],
  });
  assertEquals(seen, [{ progress: 1, total: 2 }, { progress: 2, total: 2 }]);

  const stop = new AbortController();
  const waiting = call("wait", { signal: stop.signal, awaitCancel: true });
  await peer.request("ping");
  stop.abort(new Error("no longer wanted"));
  await assertRejects(() => waiting, Error, "no longer wanted");
  assertEquals(await call("stopped"), {
    content: [{ type: "text", text: "1" }],
  });
});

Deno.test("Our server is called by a client of the MCP SDK: progress, cancellation, ping", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...SDK,
      fileOf("mcp_client.ts"),
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      fileOf("mcp_ours.ts"),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const timer = setTimeout(() => child.kill(), PATIENCE);
  const { stdout } = await deadline(child.output(), 2 * PATIENCE);
  clearTimeout(timer);
  const text = (text: string) => ({ content: [{ type: "text", text }] });
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
    seen: [{ progress: 1, total: 2, message: "half" }, {
      progress: 2,
      total: 2,
    }],
    worked: text("done"),
    waited: "given up",
    stopped: text("1"),
    pinged: {},
  });
});
