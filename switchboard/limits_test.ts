// Copyright 2026 the Wirekit authors. MIT license.

/** Each door against each limit of the hub: no door is a way around one. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { jsonRpcDoor } from "./jsonrpc.ts";
import {
  ALL,
  type Arrival,
  DOORS,
  type Ended,
  NAMELESS,
  post,
  POSTS,
  Refused,
  Scene,
} from "./testdata/doors.ts";

/** An assistant is told in words. */
function fits(door: string, ended: Ended, code: number, words: RegExp): void {
  if (door === "MCP") assertMatch(`${ended}`, words);
  else assertEquals(ended, code, door);
}

const TOKENS = [
  { label: "bots", token: "bot-token", names: ["bot"] },
  { label: "shops", token: "shop-token", names: ["shop", "guest"] },
  { label: "gone", token: "gone-token", names: ["*"], expires: "2020-01-01" },
];

for (const door of ALL) {
  const isNameless = NAMELESS.includes(door);
  const isPost = POSTS.includes(door);
  const isTcp = door.endsWith("TCP");
  const enter = (scene: Scene, arrival: Arrival = {}) =>
    DOORS[door]!(scene, arrival);
  const test = (what: string, applies: boolean, run: () => Promise<void>) => {
    if (applies) Deno.test(`${door}: ${what}`, run);
  };
  const outcome = async (scene: Scene, arrival: Arrival) => {
    try {
      await enter(scene, arrival);
      return "in";
    } catch (error) {
      if (error instanceof Refused) return error.why;
      throw error;
    }
  };

  test(
    "nobody comes in without a token that is valid, or takes a name that it does not allow",
    true,
    async () => {
      await using scene = await Scene.open({ tokens: TOKENS }, "bot-token");
      const closed = isTcp ? -32023 : 401;
      assertEquals(await outcome(scene, {}), closed);
      for (const token of ["wrong", "gone-token", ""]) {
        assertEquals(await outcome(scene, { token }), closed, token);
      }
      const other = { token: "shop-token", name: "till" };
      assertEquals(await outcome(scene, other), isNameless ? "in" : -32023);
      const own = { token: "shop-token", name: "shop" };
      assertEquals(await outcome(scene, own), "in");
    },
  );

  test(
    "a page of another origin, or of a rebound name, comes in only where it is listed",
    !isTcp,
    async () => {
      const evil = "https://evil.example";
      await using scene = await Scene.open({
        allowedOrigins: ["https://ok.example"],
      });
      assertEquals(await outcome(scene, { headers: { origin: evil } }), 403);
      const opaque = { headers: { origin: "null" } };
      assertEquals(await outcome(scene, opaque), 403);
      const site = { headers: { "sec-fetch-site": "cross-site" } };
      if (isPost) assertEquals(await outcome(scene, site), 403);
      const port = Number(new URL(scene.http).port);
      const paths: Record<string, string> = {
        wsrpc: "GET /wsrpc/",
        "JSON-RPC": "GET /jsonrpc",
        "POST /call": "POST /call/bot/echo",
        MCP: "POST /mcp",
      };
      const line = paths[door] ?? door;
      assertEquals(await statusOf(port, line, "evil.example"), 403);
      assertEquals(await statusOf(port, line, `evil.example:${port}`), 403);
      if (!isPost) return;
      const good = await statusOf(port, line, `localhost:${port}`);
      assert(good === 200 || good === 202 || good === 400, `${good}`);
    },
  );

  test("rules hold", true, async () => {
    const rules = [{
      names: ["shop"],
      ask: { bot: ["echo"] },
      inform: ["bot"],
    }];
    await using scene = await Scene.open(
      { tokens: TOKENS, rules },
      "bot-token",
    );
    const caller = await enter(scene, { name: "shop", token: "shop-token" });
    const words = /^refused: A client with the token "shops" may not /;
    const refused = [
      await caller.ask("bot", "never"),
      await caller.ask("bot", "ech"),
      await caller.ask("nobody", "echo"),
      await caller.ask("@hub", "clients"),
      await caller.inform("nobody"),
      await caller.inform(),
    ];
    for (const [n, ended] of refused.entries()) {
      // The hub's own routes are a right, and no rule.
      const said = n === 3
        ? /^refused: (You may not watch|Assistants may not)/
        : words;
      fits(door, ended, -32023, said);
    }
    const allowed = [
      await caller.ask("bot", "echo"),
      await caller.inform("bot"),
    ];
    if (!isNameless) assertEquals(allowed, ["{}", '{"receivers":1}']);
    else for (const ended of allowed) fits(door, ended, -32023, words);
  });

  test(
    "a name is no longer than the hub says, and has nothing that cannot be seen",
    !isNameless,
    async () => {
      await using scene = await Scene.open({ maxNameBytes: 20 });
      for (
        const name of [
          "x".repeat(19),
          "\u00e9".repeat(10),
          "a\u200bb",
          "a\u0007b",
          "@hub",
        ]
      ) assertEquals(await outcome(scene, { name }), -32025, name);
      assertEquals(await outcome(scene, { name: "x".repeat(18) }), "in");
    },
  );

  test(
    "a message is no longer than the hub passes on, asked or told",
    true,
    async () => {
      await using scene = await Scene.open({ maxMessageBytes: 2_000 });
      const caller = await enter(scene);
      const words = /^refused: The message is larger than 2000 bytes/;
      const data = `{"a":"${"x".repeat(1_992)}"}`;
      fits(door, await caller.ask("bot", "echo", data), -32007, words);
      assertEquals(await caller.ask("bot", "echo"), "{}");
      const big = await caller.ask("bot", "big");
      fits(door, big, -32008, /^refused: The answer is larger than the hub/);
      // One that is larger than two of them is not even read.
      const huge = await caller.ask(
        "bot",
        "echo",
        `{"a":"${"x".repeat(9_000)}"}`,
      );
      assert(huge !== "{}" && !`${huge}`.startsWith("{"), `${huge}`);
      const other = await enter(scene, { name: "other" });
      assertEquals(await other.ask("bot", "echo"), "{}");
    },
  );

  test(
    "one waits for so many answers at once, and no more",
    !door.startsWith("POST"),
    async () => {
      await using scene = await Scene.open({ maxRequests: 2 });
      const caller = await enter(scene);
      const calls = [1, 2, 3].map(() => caller.ask("bot", "never"));
      const first = await deadline(Promise.race(calls), 30_000);
      fits(
        door,
        first,
        -32009,
        /^refused: More than 2 requests are unanswered/,
      );
      // Others are not concerned.
      const other = await enter(scene, { name: "other" });
      assertEquals(await other.ask("bot", "echo"), "{}");
    },
  );

  test(
    "who sends more than so much in a second is slowed down, or told so",
    true,
    async () => {
      // So few that a busy machine cannot post as slowly.
      const maxMessagesPerSecond = isPost ? 5 : 50;
      await using scene = await Scene.open({ maxMessagesPerSecond });
      const caller = await enter(scene);
      const began = performance.now();
      const told = await Promise.all(
        Array.from({ length: 120 }, () => caller.inform("nobody")),
      );
      const seconds = (performance.now() - began) / 1_000;
      const passed = told.filter((ended) => ended === '{"receivers":0}').length;
      const most = maxMessagesPerSecond * (1 + seconds) + 1;
      assert(passed <= most, `${passed} in ${seconds} s`);
      if (!isPost) assertEquals(passed, told.length);
      else {
        const refused = told.filter((ended) => ended === 429).length;
        assertEquals(passed + refused, told.length, `${told.at(-1)}`);
        assert(refused > 0);
      }
    },
  );

  test(
    "of connections there are so many, and no more",
    !isPost || door === "GET /events",
    async () => {
      // A post does not stay, and assistants have sessions instead.
      await using scene = await Scene.open({ maxConnections: 1 });
      const ended = await outcome(scene, {}).catch((error) => `${error}`);
      assert(ended === 503 || ended === "closed", `${ended}`);
    },
  );
}

/** The status of the answer to a request that calls the hub by some name. */
async function statusOf(
  port: number,
  line: string,
  host: string,
): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const isPost = line.startsWith("POST");
  const isEvil = host.startsWith("evil");
  const isSocket = /wsrpc|^GET .jsonrpc/.test(line);
  const head = [
    `${line} HTTP/1.1`,
    `host: ${host}`,
    // As a browser does.
    ...(isEvil && (isSocket || isPost) ? [`origin: http://${host}`] : []),
    ...(isPost
      ? [
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "content-length: 2",
      ]
      : []),
    ...(isSocket
      ? [
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
      ]
      : []),
  ];
  const text = `${head.join("\r\n")}\r\n\r\n${isPost ? "{}" : ""}`;
  await conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(1_000);
  const count = await conn.read(buffer);
  const answer = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

Deno.test("POST /jsonrpc: the calls of a batch wait for so many answers at once, and no more", async () => {
  await using scene = await Scene.open({
    maxRequests: 2,
    open: [jsonRpcDoor({ timeout: 200 })],
  });
  const call = '{"jsonrpc":"2.0","id":1,"method":"bot/never"}';
  const text = await post(scene, "/jsonrpc", {}, `[${call},${call},${call}]`);
  const codes = JSON.parse(`${text}`).map((
    { error }: { error: { code: number } },
  ) => error.code);
  assertEquals(codes, [-32022, -32022, -32009]);
});

Deno.test("GET /events: who reads no more gives its place to another", async () => {
  await using scene = await Scene.open({ maxConnections: 2 });
  const read = (name: string) => fetch(`${scene.http}/events?name=${name}`);
  const first = await read("first");
  assertEquals(first.status, 200);
  const refused = await read("second");
  assertMatch(await refused.text(), /^There is no room for another connection/);
  assertEquals(refused.status, 503);
  // A name that is refused takes no place.
  await first.body!.cancel();
  const bots = async () => {
    const response = await read("bot");
    await response.body!.cancel();
    return response.status;
  };
  for (let n = 0; await bots() === 503; n++) {
    assert(n < 1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals([await bots(), await bots()], [409, 409]);
  const second = await read("second");
  assertEquals(second.status, 200);
  await second.body!.cancel();
});
