// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import {
  asksForWebSocket,
  checkUpgrade,
  listOf,
  urlOf,
} from "./_http_rules.ts";

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

Deno.test("listOf() knows spaces, tabs and empty members", () => {
  assertEquals(listOf("keep-alive,\tUpgrade ,, h2c"), [
    "keep-alive",
    "Upgrade",
    "h2c",
  ]);
  assertEquals(listOf(null), []);
});

Deno.test("checkUpgrade() takes all that RFC 9110 allows in a list", () => {
  for (
    const headers of [
      {},
      { upgrade: "h2c, websocket" },
      { upgrade: "WebSocket" },
      { connection: "keep-alive,\tUpgrade" },
      { connection: "upgrade , keep-alive" },
      { "content-length": "0" },
    ]
  ) {
    const all = new Headers({ ...UPGRADE, ...headers });
    assertEquals(checkUpgrade("GET", all), undefined);
    assert(asksForWebSocket(all));
  }
});

Deno.test("checkUpgrade() says what is wrong, and what a proxy has to pass on", () => {
  const cases: [Record<string, string>, string, number][] = [
    [{ connection: "close" }, "proxy_set_header", 400],
    [{ connection: "upgraded" }, "proxy_set_header", 400],
    [{ upgrade: "h2c" }, "proxy_set_header", 400],
    [{ "sec-websocket-version": "8" }, "13", 426],
    [{ "sec-websocket-key": "c2hvcnQ=" }, "Base64", 400],
    [{ "content-length": "5" }, "body", 400],
    [{ "transfer-encoding": "chunked" }, "body", 400],
  ];
  for (const [headers, part, status] of cases) {
    const all = new Headers({ ...UPGRADE, ...headers });
    const refusal = checkUpgrade("GET", all);
    assertEquals(refusal?.status, status);
    assert(refusal?.reason.includes(part), refusal?.reason);
  }
  assertEquals(checkUpgrade("POST", new Headers(UPGRADE))?.status, 400);
  assertEquals(checkUpgrade("GET", new Headers(UPGRADE), "1.0")?.status, 400);
});

Deno.test("urlOf() takes what everybody reads alike", () => {
  const of = (target: string, ...hosts: string[]) =>
    urlOf(target, hosts, { httpVersion: "1.1", secure: false });
  const cases: [string, string, string][] = [
    ["/", "a", "http://a/"],
    ["/p?q=1?&x", "a.example:80", "http://a.example:80/p?q=1?&x"],
    ["/?", "[::1]:8080", "http://[::1]:8080/?"],
    ["//x/y", "a", "http://a//x/y"],
    ["/a/..b/.c/...", "a", "http://a/a/..b/.c/..."],
    ["http://a/p", "a", "http://a/p"],
    ["HTTP://A", "a", "http://a/"],
    ["http://a?x", "a", "http://a/?x"],
  ];
  for (const [target, host, url] of cases) assertEquals(of(target, host), url);
});

Deno.test("urlOf() refuses a host or target that could be read in two ways", () => {
  const of = (target: string, ...hosts: string[]) =>
    urlOf(target, hosts, { httpVersion: "1.1", secure: false });
  const hosts = [
    "",
    "x/admin?",
    "x/",
    "x?y",
    "x#y",
    "u@x",
    "a b",
    "x\\y",
    "[",
    "x:y",
    "x:1:2",
    "x,y/",
  ];
  for (const host of hosts) assertEquals(of("/", host), undefined, host);
  assertEquals(of("/"), undefined);
  assertEquals(of("/", "a", "a"), undefined);
  const targets = [
    "",
    "*",
    "x",
    "?x",
    "/a#b",
    "/a\\b",
    "/a/../b",
    "/a/%2E%2e",
    "/./",
    "/ü",
    "/a b",
    "http://x/y",
    "https://a/y",
    "http://u@a/",
    "ftp://a/",
    "a:443",
  ];
  for (const target of targets) {
    assertEquals(of(target, "a"), undefined, target);
  }
  const old = { httpVersion: "1.0", secure: true };
  assertEquals(urlOf("/x", [], old), "https://localhost/x");
});
