// Copyright 2026 the Wirekit authors. MIT license.

/** What browsers, and programs that speak like one, can do to a hub. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Hub } from "../hub.ts";
import { type HubServer, serve, type ServeOptions } from "../serve.ts";

/** An answer as it came, with its headers in lower case. */
interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** Sends a request as it is: `fetch()` does not send every header. */
async function ask(
  server: HubServer,
  target: string,
  headers: Record<string, string> = {},
  { method = "GET", body = "" } = {},
): Promise<Answer> {
  const { port } = server.addr;
  using conn = await Deno.connect({ port });
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    connection: "close",
    ...(body && { "content-length": `${body.length}` }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
  await conn.write(new TextEncoder().encode(text));
  let came = "";
  for await (const chunk of conn.readable) {
    came += new TextDecoder().decode(chunk);
    const end = came.indexOf("\r\n\r\n") + 4;
    const [, length = NaN] = /^content-length: (\d+)/im.exec(came) ?? [];
    if (end > 3 && came.length >= end + Number(length)) break;
    if (came.startsWith("HTTP/1.1 101")) break;
  }
  const [head = "", ...rest] = came.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1]),
    headers: new Headers(
      fields.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    ),
    body: rest.join("\r\n\r\n"),
  };
}

/** The headers of a WebSocket handshake. */
const UPGRADE = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

const JSON_TYPE = { "content-type": "application/json" };

/** A hub with a page that says who asks. */
async function started(options: ServeOptions = {}): Promise<HubServer> {
  const server = await serve({ port: 0, ...options });
  server.hub.open({
    async fetch(request, info) {
      const { pathname } = new URL(request.url);
      if (pathname === "/open") return new Response("open");
      if (pathname !== "/who") return undefined;
      const pass = await server.hub.admit(request, info);
      return pass instanceof Response ? pass : new Response(pass.label);
    },
  });
  return server;
}

Deno.test("Hub answers nobody who calls it by a stranger's name", async () => {
  const lines: string[] = [];
  await using hub = await started({
    allowedHosts: ["hub.example", "*.lan"],
    logger: { warn: (line) => lines.push(line) },
  });
  const { port } = hub.addr;
  const by = async (host: string, headers: Record<string, string> = {}) =>
    (await ask(hub, "/open", { host, ...headers })).status;
  for (
    const host of [
      "localhost",
      `localhost:${port}`,
      `LOCALHOST:${port}`,
      "a.localhost",
      "127.0.0.1",
      "127.1",
      `[::1]:${port}`,
      "192.0.2.1",
      "hub.example",
      "HUB.example:80",
      "a.lan",
      "a.b.lan",
    ]
  ) assertEquals(await by(host), 200, host);
  for (
    const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "hub.example.evil.example",
      "evilhub.example",
      "lan",
      "evil-lan",
      "localhost.",
    ]
  ) {
    assertEquals(await by(host), 403, host);
    // A program of this machine, which may know it by any name.
    assertEquals(await by(host, UPGRADE), 101, host);
    // Of the page itself, as its browser believes.
    assertEquals(await by(host, { origin: `http://${host}` }), 403, host);
    assertEquals(await by(host, { ...UPGRADE, origin: `http://${host}` }), 403);
  }
  // Each name once, however often it comes.
  assertEquals(lines.filter((line) => line.includes("evil-lan")).length, 1);
  assertMatch(
    lines[0]!,
    /127\.0\.0\.1: it calls this hub "evil.example".*--allow-host/,
  );
  for (const name of ["", "a b", "http://a", "a/b", "a:1", "u@a", "*a", "*."]) {
    assertThrows(
      () => new Hub({ allowedHosts: [name] }),
      TypeError,
      "name of a machine",
    );
  }
});

Deno.test("Hub lets who shows its token call it what they like", async () => {
  await using hub = await started({ token: "s3cret" });
  const { port } = hub.addr;
  const host = `hub:${port}`;
  const status = async (target: string, headers: Record<string, string> = {}) =>
    (await ask(hub, target, { host, ...headers })).status;
  assertEquals(await status("/who"), 403);
  assertEquals(await status("/who?token=s3cret"), 200);
  assertEquals(await status("/who?token=wrong"), 403);
  assertEquals(await status("/", UPGRADE), 401);
  assertEquals(await status("/s3cret", UPGRADE), 101);
  // A page of a stranger does not come in by it.
  const origin = "http://evil.example";
  assertEquals(await status("/s3cret", { ...UPGRADE, origin }), 403);
});

Deno.test("Hub answers no page of another site", async () => {
  await using hub = await started({ allowedOrigins: ["https://a.example"] });
  const { port } = hub.addr;
  const own = `http://127.0.0.1:${port}`;
  const status = async (headers: Record<string, string>, method = "GET") =>
    (await ask(hub, "/open", headers, { method })).status;
  assertEquals(await status({}), 200);
  assertEquals(await status({ origin: own }, "POST"), 200);
  assertEquals(await status({ ...UPGRADE, origin: own }), 101);
  assertEquals(await status({ origin: "https://a.example" }), 200);
  for (
    const origin of [
      "null",
      "",
      "https://b.example",
      `http://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
      `${own}.evil.example`,
      `${own}/`,
    ]
  ) {
    assertEquals(await status({ origin }), 403, origin);
    assertEquals(await status({ origin }, "POST"), 403, origin);
    assertEquals(await status({ ...UPGRADE, origin }), 403, origin);
  }
  const site = (site: string, mode = "no-cors", method = "GET") =>
    status({ "sec-fetch-site": site, "sec-fetch-mode": mode }, method);
  assertEquals(await site("none", "navigate"), 200);
  assertEquals(await site("same-origin"), 200);
  assertEquals(await site("same-site", "navigate"), 200);
  assertEquals(await site("same-site", "navigate", "POST"), 403);
  assertEquals(await site("same-site"), 403);
  assertEquals(await site("cross-site"), 403);
  assertEquals(await site("cross-site", "navigate"), 403);
  assertEquals(await site("anything"), 403);
});

Deno.test("Hub tells browsers what they may do with every answer", async () => {
  await using hub = await started({
    token: "s3cret",
    allowedOrigins: ["https://a.example"],
  });
  const evil = { origin: "https://b.example" };
  const answers = [
    await ask(hub, "/open"),
    await ask(hub, "/who"),
    await ask(hub, "/nothing"),
    await ask(hub, "/session"),
    await ask(hub, "/api/session"),
    await ask(hub, "/open", evil),
    await ask(hub, "/open", { host: "evil.example" }),
    await ask(hub, "/", UPGRADE),
    await ask(hub, "/", { ...UPGRADE, ...evil }),
    await ask(hub, "/", { ...UPGRADE, "sec-websocket-version": "12" }),
    await ask(hub, "//..", { host: "a b" }),
  ];
  for (const { status, headers } of answers) {
    assert(headers.has("x-content-type-options"), `${status}`);
    assertEquals(headers.get("x-frame-options"), "DENY");
    assertMatch(
      headers.get("content-security-policy")!,
      /frame-ancestors 'none'/,
    );
    assertEquals(headers.get("access-control-allow-origin"), null);
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
  }
  const origin = "https://a.example";
  const allowed = await ask(hub, "/open", { origin });
  assertEquals(allowed.headers.get("access-control-allow-origin"), origin);
  assertEquals(allowed.headers.get("access-control-allow-credentials"), null);
  const asked = await ask(hub, "/open", {
    origin,
    "access-control-request-method": "POST",
  }, { method: "OPTIONS" });
  assertEquals(asked.status, 204);
  assertEquals(asked.headers.get("access-control-allow-origin"), origin);
  const refused = await ask(hub, "/open", {
    ...evil,
    "access-control-request-method": "POST",
  }, { method: "OPTIONS" });
  assertEquals(refused.status, 403);
});

interface SignedIn {
  cookie: string;
  proof: string;
}

/** Signs in; returns what the page keeps. */
async function signIn(hub: HubServer, token: string): Promise<SignedIn> {
  const answer = await ask(hub, "/session", {
    ...JSON_TYPE,
    origin: `http://127.0.0.1:${hub.addr.port}`,
    "sec-fetch-site": "same-origin",
  }, { method: "POST", body: JSON.stringify({ token }) });
  assertEquals(answer.status, 200, answer.body);
  const cookie = answer.headers.get("set-cookie")!;
  assertMatch(cookie, /; HttpOnly; SameSite=Strict$/);
  const { proof } = JSON.parse(answer.body);
  return { cookie: cookie.split(";")[0]!, proof };
}

Deno.test("A token becomes a session, which a page needs its proof for", async () => {
  const lines: string[] = [];
  await using hub = await started({
    tokens: [
      { label: "ops", token: "o".repeat(40), rights: ["operate"] },
      { label: "bot", token: "b".repeat(40), names: ["bot"] },
    ],
    logger: { warn: (line) => lines.push(line) },
  });
  const own = `http://127.0.0.1:${hub.addr.port}`;
  for (
    const [body, type, status] of [
      ['{"token":"wrong"}', "application/json", 401],
      ['{"token":1}', "application/json", 400],
      ["token=x", "application/json", 400],
      [`{"token":"${"x".repeat(5_000)}"}`, "application/json", 413],
      ['{"token":"wrong"}', "text/plain", 415],
      ["token=wrong", "application/x-www-form-urlencoded", 415],
    ] as const
  ) {
    const answer = await ask(hub, "/session", { "content-type": type }, {
      method: "POST",
      body,
    });
    assertEquals(answer.status, status, body);
    assertEquals(answer.headers.get("set-cookie"), null);
    assert(JSON.parse(answer.body).error.message);
  }
  assertEquals(lines.filter((line) => line.includes("x".repeat(9))), []);
  // As it is pasted, with what stood around it.
  await signIn(hub, ` ${"o".repeat(40)}\n`);
  const { cookie, proof } = await signIn(hub, "o".repeat(40));
  const described = await ask(hub, "/api/session", { cookie });
  assertEquals(JSON.parse(described.body), {
    label: "ops",
    mayWatch: true,
    mayOperate: true,
    proof,
  });
  const who = async (headers: Record<string, string>, method = "GET") => {
    const { status, body } = await ask(hub, "/who", headers, { method });
    return status === 200 ? body : status;
  };
  assertEquals(await who({ cookie }), "ops");
  assertEquals(await who({ cookie: `a=b; ${cookie}; c=d` }), "ops");
  // What changes something needs the proof.
  assertEquals(await who({ cookie }, "POST"), 403);
  assertEquals(await who({ cookie, "x-wirekit-proof": "" }, "POST"), 403);
  assertEquals(await who({ cookie, "x-wirekit-proof": proof }, "POST"), "ops");
  assertEquals(
    await who({ cookie, origin: own, "x-wirekit-proof": proof }, "POST"),
    "ops",
  );
  const other = await signIn(hub, "b".repeat(40));
  assertEquals(
    await who({ cookie, "x-wirekit-proof": other.proof }, "POST"),
    403,
  );
  // A token is proof enough.
  const authorization = `Bearer ${"o".repeat(40)}`;
  assertEquals(await who({ authorization }, "POST"), "ops");
  // It ends.
  const end = (headers: Record<string, string>) =>
    ask(hub, "/session", headers, { method: "DELETE" });
  assertEquals((await end({ cookie })).status, 403);
  // What it has opened ends with it; what others have opened does not.
  const events = await fetch(`${own}/api/events`, { headers: { cookie } });
  const bot = await connectWebSocket(own.replace("http", "ws"), {
    headers: { authorization: `Bearer ${"b".repeat(40)}` },
  });
  await bot.send('{"type":1,"id":"bot"}');
  const ended = await end({ cookie, "x-wirekit-proof": proof });
  assertEquals(ended.status, 204);
  await deadline(events.body!.pipeTo(new WritableStream()), 10_000);
  assertEquals(hub.hub.names, ["bot"]);
  await bot.close();
  assertMatch(ended.headers.get("set-cookie")!, /Max-Age=0/);
  assertEquals(await who({ cookie }), 401);
  assertEquals(await who({ cookie: other.cookie }), "bot");
});

Deno.test("A session counts for the hub's own pages only", async () => {
  await using hub = await started({
    token: "s3cret",
    allowedOrigins: ["https://a.example"],
  });
  const { port } = hub.addr;
  const { cookie } = await signIn(hub, "s3cret");
  const status = async (headers: Record<string, string>) =>
    (await ask(hub, "/who", { cookie, ...headers })).status;
  const own = `http://127.0.0.1:${port}`;
  assertEquals(await status({ origin: own }), 200);
  assertEquals(await status({ ...UPGRADE, origin: own }), 101);
  // No browser sends a handshake without an origin.
  assertEquals(await status({ ...UPGRADE }), 401);
  assertEquals(await status({ ...UPGRADE, origin: "https://a.example" }), 401);
  assertEquals(await status({ origin: "https://a.example" }), 401);
  assertEquals(await status({ origin: `http://127.0.0.1:${port + 1}` }), 403);
  assertEquals(await status({ "sec-fetch-site": "same-site" }), 403);
  // Forged, cut, another hub's.
  const [name, value] = cookie.split("=") as [string, string];
  for (
    const forged of [
      `${name}=`,
      `${name}=${value.slice(1)}`,
      `${name}=${value}x`,
      `${name}=${"A".repeat(43)}`,
      `${name}=__proto__`,
      `wirekit-1=${value}`,
      `x${name}=${value}`,
      Array.from({ length: 9 }, () => `${name}=x`).join("; ") + `; ${cookie}`,
    ]
  ) assertEquals(await status({ cookie: forged }), 401, forged);
});

Deno.test("Sessions are bounded: the one used longest ago ends", async () => {
  await using hub = await started({ token: "s3cret" });
  const first = await signIn(hub, "s3cret");
  const second = await signIn(hub, "s3cret");
  const status = async (cookie: string) =>
    (await ask(hub, "/who", { cookie })).status;
  assertEquals(await status(first.cookie), 200);
  for (let n = 0; n < 999; n++) {
    const answer = await hub.hub.fetch(
      new Request("http://127.0.0.1/session", {
        method: "POST",
        headers: JSON_TYPE,
        body: '{"token":"s3cret"}',
      }),
    );
    await answer.body?.cancel();
  }
  assertEquals(await status(first.cookie), 200);
  assertEquals(await status(second.cookie), 401);
});

Deno.test("A hub that is open to this machine needs a proof of its pages", async () => {
  await using hub = await started();
  const own = `http://127.0.0.1:${hub.addr.port}`;
  const described = await ask(hub, "/api/session");
  const { proof, label, mayOperate } = JSON.parse(described.body);
  assertEquals([label, mayOperate], ["open", true]);
  const status = async (headers: Record<string, string>) =>
    (await ask(hub, "/who", headers, { method: "POST" })).status;
  assertEquals(await status({}), 200);
  assertEquals(await status({ origin: own }), 403);
  assertEquals(await status({ "sec-fetch-site": "same-origin" }), 403);
  assertEquals(await status({ origin: own, "x-wirekit-proof": proof }), 200);
  assertEquals(
    (await ask(hub, "/api/session", { "x-forwarded-for": "1.2.3.4" })).status,
    403,
  );
});

Deno.test("A client in a page shows its token as a subprotocol", async () => {
  const token = "s3 crêt(1)";
  await using hub = await started({ token });
  const encoded = encodeURIComponent(token).replace(
    /[()]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  const shown = (offered: string) =>
    ask(hub, "/", { ...UPGRADE, "sec-websocket-protocol": offered });
  const answer = await shown(`winerp, bearer.${encoded}`);
  assertEquals(answer.status, 101);
  assertEquals(answer.headers.get("sec-websocket-protocol"), "winerp");
  assertEquals((await shown("winerp")).status, 401);
  assertEquals((await shown("winerp, bearer.wrong")).status, 401);
  assertEquals((await shown("winerp, bearer.")).status, 401);
});

Deno.test("A flood of wrong tokens costs little, in work and in lines of the log", async () => {
  const lines: string[] = [];
  await using hub = await started({
    tokens: Array.from({ length: 1_000 }, (_, n) => ({
      label: `${n}`,
      token: `token-${n}`,
      names: ["*"],
    })),
    logger: { warn: (line) => lines.push(line) },
  });
  const at = async (target: string, headers: Record<string, string> = {}) =>
    (await ask(hub, target, { ...UPGRADE, ...headers })).status;
  // One request tries a few texts and no more, whatever is in it.
  const many = "token=x&".repeat(1_500);
  const long = "x".repeat(10_000);
  const started_ = performance.now();
  for (let n = 0; n < 50; n++) {
    assertEquals(await at(`/?${many}token=token-1`), 401);
    assertEquals(await at(`/${long}`), 401);
    assertEquals(await at("/", { authorization: `Bearer ${long}` }), 401);
    const offered = Array(500).fill(`bearer.${n}`).join();
    assertEquals(await at("/", { "sec-websocket-protocol": offered }), 401);
  }
  const took = performance.now() - started_;
  assert(took < 20_000);
  // Each second has its share.
  assert(lines.length <= 21 * (1 + Math.ceil(took / 1_000)), lines.join("\n"));
  assertEquals(await at("/?token=token-999"), 101);
});

Deno.test("Tricks with paths and headers get nobody in", async () => {
  await using hub = await started({ token: "s3cret" });
  const { port } = hub.addr;
  const status = async (target: string, headers: Record<string, string> = {}) =>
    (await ask(hub, target, headers)).status;
  for (
    const target of [
      "//who",
      "/who/",
      "/./who",
      "/%2e%2e/who",
      "/who;a",
      "/who%00",
      "/WHO",
      "/session/../who",
      `http://127.0.0.1:${port}/who`,
      `http://evil.example/who`,
      "/who#s3cret",
      "/who/s3cret",
    ]
  ) assert([400, 401, 403, 426].includes(await status(target)), target);
  for (
    const headers of [
      { "x-forwarded-for": "127.0.0.1" },
      { "x-forwarded-host": "localhost" },
      { "x-original-url": "/open" },
      { "x-http-method-override": "GET" },
      { authorization: "Bearer" },
      { authorization: "Bearer s3cre" },
      { authorization: "Bearer s3cret x" },
      { authorization: "bearer  s3cret\tx" },
      { authorization: "Basic czNjcmV0Ondyb25n" },
      { cookie: "wirekit-1=s3cret; token=s3cret" },
      { "x-wirekit-proof": "s3cret" },
    ] as Record<string, string>[]
  ) assertEquals(await status("/who", headers), 401, JSON.stringify(headers));
  // Two hosts, or one that says two things.
  assertEquals(await status("/open", { host: "localhost, evil.example" }), 400);
  assertEquals(await status("/open", { host: "localhost@evil.example" }), 400);
  assertEquals(await status("/open", { host: "evil.example#localhost" }), 400);
});
