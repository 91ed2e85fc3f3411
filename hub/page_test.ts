// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Hub } from "./hub.ts";
import { page } from "./page.ts";
import { ASSETS } from "./page/_assets.ts";

const INFO = {
  remoteAddr: { transport: "tcp" as const, hostname: "127.0.0.1" },
};
const HTML = { accept: "text/html,*/*;q=0.8" };

function get(
  hub: Hub,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Response> {
  const url = `http://127.0.0.1:13254${path}`;
  return hub.fetch(new Request(url, { headers, method }), INFO);
}

Deno.test("page() answers browsers with a page of no inline script", async () => {
  await using hub = new Hub({ doors: [page()] });
  const response = await get(hub, "/", HTML);
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type")!, /^text\/html/);
  const policy = response.headers.get("content-security-policy")!;
  assertMatch(policy, /^default-src 'none';/);
  assertEquals(policy.match(/unsafe|https?:|\*/g), null);
  const html = await response.text();
  assertEquals(html.match(/<script(?![^>]*\bsrc=)|<style|\son\w+=/g), null);
  assertEquals(html.match(/https?:\/\//g), null, "asks no other server");
});

Deno.test("page() leaves programs what they got without it", async () => {
  await using hub = new Hub({ doors: [page()] });
  for (const accept of ["*/*", "application/json", ""]) {
    const response = await get(hub, "/", { accept });
    assertEquals(response.status, 426, accept);
    await response.body?.cancel();
  }
  const post = await get(hub, "/", HTML, "POST");
  assert(post.status >= 400);
  await post.body?.cancel();
});

Deno.test("page() has all files that its page asks for", async () => {
  await using hub = new Hub({ doors: [page()] });
  const html = await (await get(hub, "/", HTML)).text();
  const style = await (await get(hub, "/page/page.css")).text();
  const paths = [
    ...[...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path),
    ...[...style.matchAll(/url\("?([^")]+)"?\)/g)].map(([, p]) => `page/${p}`),
  ];
  assertEquals(paths.length, 5);
  for (const path of paths) {
    const response = await get(hub, `/${path}`);
    assertEquals(response.status, 200, path);
    await response.body?.cancel();
  }
});

Deno.test("page() sends compressed what may be, and nothing twice", async () => {
  await using hub = new Hub({ doors: [page()] });
  const gzip = { "accept-encoding": "gzip, br" };
  const small = await get(hub, "/page/page.js", gzip);
  assertEquals(small.headers.get("content-encoding"), "gzip");
  const stream = small.body!.pipeThrough(new DecompressionStream("gzip"));
  const plain = await (await get(hub, "/page/page.js")).text();
  assertEquals(await new Response(stream).text(), plain);
  const etag = small.headers.get("etag")!;
  const again = await get(hub, "/page/page.js", { "if-none-match": etag });
  assertEquals([again.status, again.body], [304, null]);
  const policy = "content-security-policy";
  assertEquals(again.headers.get(policy), small.headers.get(policy));
  const head = await get(hub, "/page/page.js", gzip, "HEAD");
  assertEquals([head.status, head.body], [200, null]);
});

Deno.test("page() has no other files", async () => {
  await using hub = new Hub({ doors: [page()] });
  for (
    const path of ["/page/", "/page/../page.ts", "/page/constructor", "/x"]
  ) {
    const response = await get(hub, path, HTML);
    assert(response.status >= 400, path);
    await response.body?.cancel();
  }
});

Deno.test("page() is no intruder when it asks whether somebody is signed in", async () => {
  const log: string[] = [];
  const warn = (line: string) => void log.push(line);
  await using hub = new Hub({
    doors: [page()],
    token: "s3cret",
    logger: { warn },
  });
  const asked = await get(hub, "/api/session");
  assertEquals(asked.status, 401);
  await asked.body?.cancel();
  assertEquals(log, []);
  const wrong = await get(hub, "/api/session", { authorization: "Bearer x" });
  assertEquals(wrong.status, 401);
  await wrong.body?.cancel();
  assertEquals(log.length, 1);
});

Deno.test("The page weighs at most 150 kB", () => {
  let sum = 0;
  for (const { data } of ASSETS.values()) sum += atob(data).length;
  assert(sum <= 150_000, `${sum}`);
});
