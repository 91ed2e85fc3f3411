// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { type Asset, serveAsset } from "./_assets.ts";

const HTML = "<!DOCTYPE html>\n<title>A page</title>\n";

async function assets(): Promise<ReadonlyMap<string, Asset>> {
  const stream = new Blob([HTML]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const data = btoa(String.fromCharCode(...bytes));
  const type = "text/html; charset=utf-8";
  return new Map([["index.html", { type, tag: '"1"', gzip: true, data }]]);
}

Deno.test("serveAsset() gives the page as it is to programs that say nothing of what they take, as curl does", async () => {
  const files = await assets();
  for (
    const headers of [
      {},
      { accept: "*/*" },
      { accept: "application/json" },
      { accept: "text/html", "accept-encoding": "identity" },
    ]
  ) {
    const request = new Request("http://127.0.0.1/", { headers });
    const response = serveAsset(request, files, "/")!;
    assertEquals(response.headers.get("content-encoding"), null);
    assertEquals(await response.text(), HTML);
  }
});

Deno.test("serveAsset() compresses the page for who takes that, and has nothing for a POST", async () => {
  const files = await assets();
  const headers = { "accept-encoding": "gzip" };
  const request = new Request("http://127.0.0.1/", { headers });
  const response = serveAsset(request, files, "/")!;
  assertEquals(response.headers.get("content-encoding"), "gzip");
  const stream = response.body!.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(stream).text(), HTML);
  const post = new Request("http://127.0.0.1/", { method: "POST" });
  assertEquals(serveAsset(post, files, "/"), undefined);
});
