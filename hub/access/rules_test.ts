// Copyright 2026 the Wirekit authors. MIT license.

/** What tokens and rules allow, over every carrier. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Client } from "../client.ts";
import { RemoteError } from "../errors.ts";
import { Hub } from "../hub.ts";
import { type HubServer, serve } from "../serve.ts";
import { matcherOf } from "./_pattern.ts";
import { fullPass } from "./pass.ts";
import type { Rule } from "./rules.ts";
import type { Token } from "./tokens.ts";

const TOKENS: Token[] = [
  { label: "shops", token: "shop-token", names: ["shop", "shop-*"] },
  { label: "bank", token: "bank-token", names: ["bank"] },
  { label: "gone", token: "gone-token", names: ["*"], expires: "2020-01-01" },
];

const RULES: Rule[] = [
  {
    names: ["shop", "shop-*"],
    ask: { bank: ["pay", "stat*"], "till-*": ["*"] },
    inform: ["bank"],
  },
  { names: ["bank"], ask: ["shop*"], inform: ["*"], broadcast: true },
];

/** A client that notes what it is asked and told. */
class Party extends Client {
  readonly heard: unknown[] = [];

  constructor(name: string, url: string, token: string) {
    super(name, { url, token, reconnect: false });
    for (const route of ["pay", "status", "open", "thing"]) {
      this.route(route, () => {
        this.heard.push(route);
        return route;
      });
    }
    this.addEventListener("information", ({ detail }) => {
      this.heard.push(detail.data);
    });
  }

  static async at(
    server: HubServer,
    name: string,
    token: string,
    carrier = 0,
  ): Promise<Party> {
    const party = new Party(name, server.urls[carrier]!, token);
    await party.connect();
    return party;
  }
}

Deno.test("matcherOf() takes a star for anything, and nothing else", () => {
  const has = (pattern: string, text: string) => matcherOf([pattern])(text);
  assert(has("a", "a") && !has("a", "ab") && !has("a", "A"));
  assert(has("*", "") && has("*", "x") && has("**", "x"));
  assert(has("a*", "a") && has("a*", "abc") && !has("a*", "ba"));
  assert(has("*a", "ba") && !has("*a", "ab"));
  assert(has("a*b*c", "aXbYc") && has("a*b*c", "abc"));
  assert(!has("a*b*c", "acb") && !has("ab*ba", "aba"));
  assert(has("a.*", "a.b") && !has("a.*", "aab"));
  assert(has("[a]+(", "[a]+(") && !has("a?", "ab"));
  assert(!matcherOf([])(""));
  // No text of a stranger makes it slow.
  const slow = matcherOf([`${"*a".repeat(50)}*b`]);
  const started = performance.now();
  for (let n = 0; n < 1_000; n++) assert(!slow("a".repeat(1_000)));
  assert(performance.now() - started < 5_000);
});

for (const carrier of [0, 1]) {
  Deno.test(`Rules decide whom a client may ask and inform, over ${carrier ? "TCP" : "WebSocket"}`, async () => {
    const lines: string[] = [];
    await using server = await serve({
      port: 0,
      tcpPort: 0,
      tokens: TOKENS,
      rules: RULES,
      logger: { warn: (line) => lines.push(line) },
    });
    await using shop = await Party.at(server, "shop", "shop-token", carrier);
    await using other = await Party.at(server, "shop-2", "shop-token", carrier);
    await using bank = await Party.at(server, "bank", "bank-token", carrier);
    assertEquals(await shop.request("bank", "pay", {}), "pay");
    assertEquals(await shop.request("bank", "status", {}), "status");
    assertEquals(await bank.request("shop-2", "open", {}), "open");
    const denied = async (call: () => Promise<unknown>, text: string) => {
      await assertRejects(call, RemoteError, text);
    };
    for (let n = 0; n < 3; n++) {
      await denied(
        () => shop.request("bank", "open", {}),
        '"shop" may not ask "bank" for "open".',
      );
    }
    // A route without characters is no function of an object.
    await denied(
      () => shop.request("bank", "", {}),
      '"shop" may not ask "bank" for "".',
    );
    await denied(
      () => shop.request("shop-2", "open", {}),
      '"shop" may not ask "shop-2" for "open".',
    );
    // Whether somebody is there is not told either.
    await denied(
      () => shop.request("nobody", "open", {}),
      '"shop" may not ask "nobody" for "open".',
    );
    await denied(
      () => shop.request("till-1", "open", {}),
      "Destination not found.",
    );
    await denied(() => shop.ping("shop-2"), '"shop" may not see "shop-2".');
    assert(await shop.ping("bank"));
    assert(!await shop.ping("till-1"));
    assert(await shop.ping());

    bank.heard.length = 0;
    other.heard.length = 0;
    const errors: string[] = [];
    shop.addEventListener("error", ({ detail }) => {
      errors.push(String((detail.error as Error).message));
    });
    await shop.inform("to bank", ["bank"]);
    await shop.inform("to both", ["shop-2", "bank"]);
    await shop.inform("to all");
    await shop.ping();
    await bank.inform("from bank");
    await other.request("bank", "pay", {});
    assertEquals(bank.heard, ["to bank", "to both", "pay"]);
    assertEquals(other.heard, ["from bank"]);
    assertEquals(errors, [
      '"shop" may not inform "shop-2".',
      '"shop" may not inform all at once.',
    ]);
    const refused = lines.filter((line) => line.startsWith("Denied: "));
    assertEquals([...new Set(refused)], [
      'Denied: "shop" may not ask "bank" for "open".',
      'Denied: "shop" may not ask "bank" for "".',
      'Denied: "shop" may not ask "shop-2" for "open".',
      'Denied: "shop" may not ask "nobody" for "open".',
      'Denied: "shop" may not see "shop-2".',
      'Denied: "shop" may not inform "shop-2".',
      'Denied: "shop" may not inform all at once.',
    ]);
  });

  Deno.test(`A token is for its names, over ${carrier ? "TCP" : "WebSocket"}`, async () => {
    await using server = await serve({ port: 0, tcpPort: 0, tokens: TOKENS });
    await using _bank = await Party.at(server, "bank", "bank-token", carrier);
    await using _shop = await Party.at(server, "shop-7", "shop-token", carrier);
    const refused = async (name: string, token: string) => {
      const thief = new Party(name, server.urls[carrier]!, token);
      await assertRejects(() => thief.connect({ timeout: 10_000 }));
      await thief.close();
    };
    await refused("bank", "shop-token");
    await refused("shopkeeper", "shop-token");
    await refused("bank", "gone-token");
    await refused("bank", "guess");
    await refused("@hub", "bank-token");
    assertEquals(server.hub.names, ["bank", "shop-7"]);
  });
}

Deno.test("Rules and tokens that are not valid are refused where they are given", () => {
  const token = "x";
  for (
    const [options, text] of [
      [
        { tokens: [{ label: "", token, names: ["a"] }] },
        "tokens[0] has no label",
      ],
      [
        { tokens: [{ label: "a", names: ["a"] }] },
        "either a token or a sha256",
      ],
      [
        { tokens: [{ label: "a", token, sha256: token, names: ["a"] }] },
        "either a token or a sha256",
      ],
      [
        { tokens: [{ label: "a", sha256: "x", names: ["a"] }] },
        "64 hexadecimal",
      ],
      ...["a\n2026 root", "a\u202e", "\x1b[1m"].map((label) => [
        { tokens: [{ label, token, names: ["a"] }] },
        "characters that a log cannot show",
      ]),
      [{ tokens: [{ label: "a", token: "", names: ["a"] }] }, "is empty"],
      [{ tokens: [{ label: "a", token }] }, "allows nothing"],
      [
        { tokens: [{ label: "a", token, names: ["a"], expires: "soon" }] },
        "not a date",
      ],
      [{ rules: [{ names: [] }] }, "rules[0] names nobody"],
      [{ maxMessagesPerSecond: 0 }, "maxMessagesPerSecond"],
      [{ nameCharacters: "all" }, "nameCharacters"],
    ] as [object, string][]
  ) assertThrows(() => new Hub(options), Error, text);
  assertThrows(() => new Hub().setTokens([]), TypeError, "without any");
});

Deno.test("Hub.setRules counts at once, for those who are there", async () => {
  await using server = await serve({ port: 0, rules: [] });
  await using a = await Party.at(server, "a", "");
  await using _b = await Party.at(server, "b", "");
  const ask = () => a.request("b", "pay", {});
  await assertRejects(ask, RemoteError, "may not ask");
  server.hub.setRules([{ names: ["a"], ask: ["b"] }]);
  assertEquals(await ask(), "pay");
  assertThrows(() => server.hub.setRules([{ names: [] }]), TypeError);
  assertEquals(await ask(), "pay");
  server.hub.setRules([{ names: ["a"], ask: { b: ["open"] } }]);
  await assertRejects(ask, RemoteError, "may not ask");
});

Deno.test("A token that ends takes its clients and sessions with it", async () => {
  const expires = new Date(Date.now() + 2_000).toISOString();
  await using server = await serve({
    port: 0,
    tokens: [{ label: "short", token: "t", names: ["a"], expires }],
  });
  await using a = await Party.at(server, "a", "t");
  const left = a.waitFor("disconnect", { timeout: 30_000 });
  await left;
  assertEquals(server.hub.names, []);
  const again = new Party("a", server.urls[0], "t");
  await assertRejects(() => again.connect(), Error, "401");
});

Deno.test("authorize() may give a pass of its own, with a token and without", async () => {
  const narrow = {
    ...fullPass("narrow"),
    mayReachAll: false,
    mayTake: (name: string) => name === "guest",
    mayAsk: (_: string, route: string) => route === "open",
    mayInform: () => false,
  };
  for (const token of ["t", undefined]) {
    await using server = await serve({
      port: 0,
      ...(token && { token }),
      authorize: ({ url }) => url.includes("guest") ? narrow : undefined,
    });
    await using _host = await Party.at(server, "host", "t");
    const url = `${server.urls[0]}/guest`;
    await using guest = new Party("guest", url, "t");
    await guest.connect();
    assertEquals(await guest.request("host", "open", {}), "open");
    await assertRejects(
      () => guest.request("host", "pay", {}),
      RemoteError,
      '"guest" may not ask "host" for "pay".',
    );
    const thief = new Party("thief", url, "t");
    await assertRejects(() => thief.connect({ timeout: 10_000 }));
    await thief.close();
  }
  // From elsewhere, without a token: it needs a pass of authorize().
  const info = { remoteAddr: { hostname: "192.0.2.1" } };
  const hub = new Hub({
    authorize: ({ url }) => url.includes("guest") ? narrow : undefined,
  });
  const by = async (path: string) => {
    const pass = await hub.admit(new Request(`http://127.0.0.1${path}`), info);
    return pass instanceof Response ? pass.status : pass.label;
  };
  assertEquals([await by("/guest"), await by("/")], ["narrow", 403]);
});

Deno.test("A name is of characters that can be seen", async () => {
  await using server = await serve({ port: 0, maxNameBytes: 40 });
  const takes = async (name: string) => {
    const client = new Party(name, server.urls[0], "");
    const taken = await client.connect({ timeout: 10_000 })
      .then(() => true, () => false);
    await client.close();
    return taken;
  };
  for (const name of ["zoë", "机器人", "👩‍👩‍👧", "a b", "a/b.c:d@e", "__proto__"]) {
    assert(await takes(name), name);
  }
  for (
    const name of [
      "a\nb",
      "\u0000",
      "a\u202eb",
      "a\u2028",
      "\u2066x",
      "x".repeat(50),
    ]
  ) assert(!await takes(name), name);
  const found = server.hub.limits.find(({ option }) =>
    option === "maxNameBytes"
  )!;
  assertEquals([found.limit, found.hits], [40, 1]);
});

Deno.test("A page that watches hears no more once its token is taken away", async () => {
  const ops: Token = { label: "ops", token: "ops-token", rights: ["watch"] };
  await using server = await serve({ port: 0, tokens: [ops, TOKENS[1]!] });
  const http = server.urls[0].replace("ws:", "http:");
  const watch = (token: string) =>
    fetch(`${http}/api/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const refused = await watch("bank-token");
  assertEquals(refused.status, 403);
  await refused.body?.cancel();
  const stream = await watch("ops-token");
  assertEquals(stream.status, 200);
  const reader = stream.body!.getReader();
  await reader.read();
  server.hub.setTokens([ops]);
  await reader.read();
  server.hub.setTokens([TOKENS[1]!]);
  const end = (async () => {
    while (!(await reader.read()).done);
  })();
  await deadline(end, 10_000);
  const again = await watch("ops-token");
  assertEquals(again.status, 401);
  await again.body?.cancel();
});

Deno.test("Who has no name may what a rule for everybody allows, and an operator all", () => {
  const rules: Rule[] = [{ names: ["*"], ask: { bank: ["status"] } }];
  for (const [right, open] of [["watch", false], ["operate", true]] as const) {
    const hub = new Hub({
      tokens: [{ label: "a", token: "t", names: ["a"], rights: [right] }],
      rules,
    });
    const pass = hub.passFor("t")!;
    assertEquals(pass.mayAsk("bank", "status"), true);
    assertEquals(pass.mayAsk("bank", "pay"), open);
    assertEquals(pass.mayInform("bank"), open);
    // Under a name, the rules of that name count.
    assertEquals(pass.named!("a").mayAsk("bank", "pay"), false);
    // A function of an object has no route, which is not an empty one.
    assertEquals(pass.named!("a").mayAsk("bank", undefined), true);
    assertEquals(pass.named!("a").mayAsk("bank", ""), false);
    assertEquals(pass.mayAsk("@hub", "clients"), true);
  }
});

Deno.test("A command may ask whom a request over HTTP may, with and without rules", async () => {
  const rights: [token: string, may: boolean][] = [
    ["master", true],
    ["ops-token", true],
    ["ops-bank-token", true],
    ["watch-token", false],
  ];
  for (const rules of [undefined, RULES, [{ names: ["*"], ask: ["till"] }]]) {
    await using server = await serve({
      port: 0,
      token: "master",
      tokens: [
        ...TOKENS,
        { label: "ops", token: "ops-token", rights: ["operate"] },
        {
          label: "ops of the bank",
          token: "ops-bank-token",
          names: ["bank-*"],
          rights: ["operate"],
        },
        { label: "screen", token: "watch-token", rights: ["watch"] },
      ],
      ...(rules && { rules }),
    });
    const url = server.urls[0]!;
    await using bank = await Party.at(server, "bank", "bank-token");
    for (const [token, may] of rights) {
      const response = await fetch(
        new URL("/api/request", url.replace("ws:", "http:")),
        {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
          },
          body: JSON.stringify({ to: "bank", route: "open" }),
        },
      );
      await response.body?.cancel();
      assertEquals(response.ok, may, `${token} by HTTP`);
      await using command = await Party.at(server, "hub-0123abcd", token);
      const asked = command.request("bank", "open");
      const informed = command.inform("news", "bank");
      if (may) assertEquals(await asked, "open");
      else await assertRejects(() => asked, RemoteError, "may not ask");
      await informed;
    }
    assertEquals(bank.heard.filter((each) => each === "open").length, 6);
    // A name that only looks like that of a command is a name like others.
    if (!rules) continue;
    await using other = await Party.at(server, "hub-call", "master");
    await assertRejects(() => other.request("bank", "open"), RemoteError);
  }
});

Deno.test("A hub without a token lets no name past its rules", async () => {
  await using server = await serve({ port: 0, rules: RULES });
  await using _bank = await Party.at(server, "bank", "");
  await using tool = await Party.at(server, "hub-0123abcd", "");
  await assertRejects(() => tool.request("bank", "open"), RemoteError);
});
