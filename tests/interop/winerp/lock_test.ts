// Copyright 2026 the Wirekit authors. MIT license.

/** Rules, tokens and rates of the hub, as stock winerp clients meet them. */

import type { Rule, Token } from "@wirekit/hub";
import { type HubServer, serve, type ServeOptions } from "@wirekit/hub/serve";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Address, WinerpProcess } from "./_peer.ts";

const TOKENS: Token[] = [
  { label: "shops", token: "shop/+ token", names: ["shop", "shop-*"] },
  { label: "bank", token: "bank-token", names: ["bank"] },
];

const RULES: Rule[] = [
  { names: ["shop*"], ask: { bank: ["pay"] }, inform: ["bank"] },
  { names: ["bank"], ask: ["*"], inform: ["*"], broadcast: true },
];

async function start(
  options: ServeOptions = {},
): Promise<HubServer & { port: number; lines: string[] }> {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const server = await serve({
    port: 0,
    tokens: TOKENS,
    rules: RULES,
    logger: { warn: log },
    ...options,
  });
  return Object.assign(server, { port: server.addr.port, lines });
}

/** Where a stock client with a token connects to. */
function at({ port }: { port: number }, token: string): Address {
  return { host: `x:${encodeURIComponent(token)}@127.0.0.1`, port };
}

Deno.test("Rules tell a stock client at once what it may not do, and tell the target nothing", async () => {
  await using hub = await start();
  await using winerp = new WinerpProcess();
  const bank = await winerp.client("bank", at(hub, "bank-token"));
  await bank.route("pay", "source");
  await bank.route("open", "source");
  const shop = await winerp.client("shop", at(hub, "shop/+ token"));
  await shop.route("hello", "source");
  assertEquals(await shop.request("bank", "pay"), "shop");
  assertEquals(await bank.request("shop", "hello"), "bank");
  const started = performance.now();
  await assertRejects(
    () => shop.request("bank", "open", {}, 60),
    Error,
    'ClientRuntimeError: "shop" may not ask "bank" for "open".',
  );
  await assertRejects(
    () => shop.request("shop-2", "hello", {}, 60),
    Error,
    'ClientRuntimeError: "shop" may not ask "shop-2" for "hello".',
  );
  assert(performance.now() - started < 10_000);
  await shop.inform({ a: 1 }, []);
  await shop.event("error", { text: '"shop" may not inform all at once.' });
  await shop.inform({ a: 2 }, ["bank"]);
  await bank.event("information", { data: '{"a":2}' });
  assertEquals(
    hub.lines,
    [
      'Denied: "shop" may not ask "bank" for "open".',
      'Denied: "shop" may not ask "shop-2" for "hello".',
      'Denied: "shop" may not inform all at once.',
    ],
  );
  // All of it on the connections with which they began.
  assertEquals(winerp.takeEvents("disconnect"), []);
  assertEquals(await shop.request("bank", "pay"), "shop");
});

Deno.test("A stock client gets the names of its token, and no other", async () => {
  await using hub = await start();
  await using winerp = new WinerpProcess();
  await winerp.client("shop-1", at(hub, "shop/+ token"));
  const thief = await winerp.client("bank", {
    ...at(hub, "shop/+ token"),
    wait: false,
    reconnect: false,
  });
  await thief.event("error", {
    text: 'A client with the token "shops" may not be called "bank".',
  });
  assertEquals(hub.hub.names, ["shop-1"]);
  await winerp.client("bank", { ...at(hub, "bank-token"), key: "owner" });
  assertEquals(hub.hub.names, ["shop-1", "bank"]);
});

Deno.test("A stock client whose token is taken away leaves, and comes back with a new one", async () => {
  await using hub = await start();
  await using winerp = new WinerpProcess();
  const bank = await winerp.client("bank", {
    ...at(hub, "bank-token"),
    reconnect: false,
  });
  const shop = await winerp.client("shop", at(hub, "shop/+ token"));
  hub.hub.setTokens([
    TOKENS[0]!,
    { label: "bank", token: "another", names: ["bank"] },
  ]);
  assertEquals(await bank.closed(), 1008);
  assertEquals(hub.hub.names, ["shop"]);
  await assertRejects(
    () => winerp.client("bank", { ...at(hub, "bank-token"), key: "old" }),
    Error,
    "HTTP 401",
  );
  const again = await winerp.client("bank", {
    ...at(hub, "another"),
    key: "new",
  });
  await again.route("pay", "source");
  assertEquals(await shop.request("bank", "pay"), "shop");
  assertEquals(winerp.takeEvents("disconnect").length, 1);
});

Deno.test("A stock client that sends too much is slowed down, and loses nothing", async () => {
  await using hub = await start({
    maxMessagesPerSecond: 50,
    tokens: [{ label: "all", token: "bank-token", names: ["*"] }],
    rules: [{ names: ["*"], ask: ["*"] }],
  });
  await using winerp = new WinerpProcess();
  const bank = await winerp.client("bank", at(hub, "bank-token"));
  await bank.route("pay", "source");
  const shop = await winerp.client("shop", at(hub, "bank-token"));
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 150 }, () => shop.request("bank", "pay", {}, 60)),
  );
  // 50 at once, and 50 in each second after that.
  assert(performance.now() - started > 1_500);
  assert(answers.every((answer) => answer === "shop"));
  assertEquals(winerp.takeEvents("disconnect"), []);
  assert(
    hub.lines.some((line) =>
      line ===
        'Slowed down "shop" (WebSocket): it sends more than 50 messages a second'
    ),
    hub.lines.join("\n"),
  );
  assert(hub.hub.limits.some(({ hits }) => hits > 0));
});

Deno.test("A stock client over the limit of its address, or from another one, is told so at the handshake", async () => {
  await using hub = await start({ allowedAddresses: ["192.0.2.0/24"] });
  await using winerp = new WinerpProcess();
  await assertRejects(
    () => winerp.client("bank", at(hub, "bank-token")),
    Error,
    "InvalidStatusCode: server rejected WebSocket connection: HTTP 403",
  );
  assertEquals(hub.lines, [
    "Refused a connection from 127.0.0.1: its address is not among " +
    "allowedAddresses (--allow-from for a command)",
  ]);
});
