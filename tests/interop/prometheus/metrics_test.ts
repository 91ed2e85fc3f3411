// Copyright 2026 the Wirekit authors. MIT license.

/** The metrics of a hub, read by Prometheus' own checker. */

import { assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { serve } from "@wirekit/hub/serve";

function isInstalled(): boolean {
  try {
    return new Deno.Command("promtool", { args: ["--version"], stdout: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "promtool finds nothing to say about the metrics of a hub",
  ignore: !isInstalled(),
  async fn() {
    await using server = await serve({ port: 0 });
    const [url] = server.urls;
    // Names that have to be escaped, and one of each kind of outcome.
    await using alpha = new Client('al"p\\ha\n', { url });
    await using beta = new Client("bêta", { url });
    beta.route("echo", (data) => data);
    await alpha.connect().catch(() => {});
    await using gamma = new Client('ga"mm\\a', { url });
    await gamma.connect();
    await beta.connect();
    await gamma.request("bêta", "echo", {});
    await gamma.request("bêta", "nothing", {}).catch(() => {});
    await gamma.inform("hello");
    const response = await fetch(`${url.replace("ws", "http")}/metrics`);
    const child = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [{ code, stdout, stderr }] = await Promise.all([
      child.output(),
      response.body!.pipeTo(child.stdin),
    ]);
    const decoder = new TextDecoder();
    assertEquals(
      [code, decoder.decode(stdout), decoder.decode(stderr)],
      [0, "", ""],
    );
  },
});
