// Copyright 2026 the Wirekit authors. MIT license.

/** The parts of the page that need no browser. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import {
  brief,
  bytes,
  count,
  duration,
  rate,
  share,
  took,
} from "./app/format.ts";
import { EdgeRates } from "./app/model/rates.ts";
import { groupsOf } from "./app/picture/groups.ts";
import {
  layOut,
  membersOf,
  mistakeIn,
  oneLine,
} from "../../pages/app/json_text.ts";
import { Retry } from "../../pages/app/retry.ts";
import { placeOf, waysToCall, waysToJoin } from "./app/snippets.ts";

Deno.test("mistakeIn() says what is wrong, and where", () => {
  const cases: [text: string, where: string, words: string][] = [
    ['{"a": 1,}', "1:9", "comma too many before }"],
    ["[1, 2,\n]", "2:1", "comma too many before ]"],
    ['{"a" 1}', "1:6", "a colon, not 1"],
    ["{a: 1}", "1:2", "a is not a value: text stands between double quotes"],
    ["{'a': 1}", "1:2", "double quotes"],
    ['{"a": True}', "1:7", "True is written true"],
    ['{"a": None}', "1:7", "None is written null"],
    ['{"a": 01}', "1:7", "does not begin with 0"],
    ['{"a": +1}', "1:7", "no plus sign"],
    ['{"a": 1.}', "1:7", "1. is not a JSON number"],
    ['{"a": NaN}', "1:7", "NaN is not a value"],
    ['{"a": "x', "1:7", "no closing quote"],
    ['{"a": "x\n"}', "1:9", "write \\n"],
    ['{"a": "\\x"}', "1:8", "backslash"],
    ['{"a": 1', "1:8", "a comma or }"],
    ["[1", "1:3", "a comma or ]"],
    ["", "1:1", "Here goes a value"],
    ["{} {}", "1:4", "more after the end"],
    ["[1}", "1:3", "a comma or ], not }"],
    ["// x", "1:1", "no comments"],
    ['{"a": 1 "b": 2}', "1:9", "a comma or }"],
    ["[".repeat(300), "1:251", "250 levels"],
  ];
  for (const [text, where, words] of cases) {
    const mistake = mistakeIn(text);
    assert(mistake, text);
    assertEquals(`${mistake.line}:${mistake.column}`, where, text);
    assertStringIncludes(mistake.text, words);
  }
});

Deno.test("mistakeIn() and JSON.parse() agree on what is JSON", () => {
  const parts = ["{", "}", "[", "]", ",", ":", '"a"', "1", "-0", "1e5", "null"];
  parts.push("true", " ", "\n", "01", "-", '"', "\\", "1.5", "x", '"\\u00e9"');
  let state = 1;
  for (let i = 0; i < 20_000; i++) {
    let text = "";
    do {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += parts[state % parts.length];
    } while (state % 7 !== 0 && text.length < 30);
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assertEquals(mistakeIn(text) === undefined, valid, text);
    if (valid) {
      assertEquals(JSON.parse(layOut(text)), JSON.parse(text));
      assertEquals(JSON.parse(oneLine(text)), JSON.parse(text));
    }
  }
});

Deno.test("layOut() keeps each digit", () => {
  const text =
    '{"id":123456789012345678901,"price":1.0,"e":[],"o":{},"l":[1,2]}';
  assertEquals(
    layOut(text),
    `{
  "id": 123456789012345678901,
  "price": 1.0,
  "e": [],
  "o": {},
  "l": [
    1,
    2
  ]
}`,
  );
  assertEquals(oneLine(layOut(text)), text);
});

Deno.test("membersOf() returns the members of an object as text", () => {
  assertEquals(membersOf('{"a": 1.0, "b": {"c": [1, 2]}, "": "x"}'), [
    ["a", "1.0"],
    ["b", '{"c":[1,2]}'],
    ["", '"x"'],
  ]);
  assertEquals(membersOf("{}"), []);
  assertEquals(membersOf("[1]"), []);
  assertEquals(membersOf("1"), []);
});

Deno.test("groupsOf() leaves few names alone, and puts many together", () => {
  const few = ["a", "b-1", "b-2"];
  assertEquals([...groupsOf(few, () => 1, 3).values()], few);
  const many = Array.from(
    { length: 2000 },
    (_, i) => `${["bot", "sensor", "lamp"][i % 3]}-${i}`,
  );
  const groups = groupsOf([...many, "shop"], () => 1, 200);
  assertEquals(groups.get("bot-0"), "bot-*");
  assertEquals(groups.get("shop"), "shop");
  assertEquals(new Set(groups.values()).size, 4);
});

Deno.test("groupsOf() keeps those with most to do where nothing is alike", () => {
  const word = (i: number) =>
    String.fromCharCode(
      97 + i % 26,
      97 + Math.floor(i / 26) % 26,
      97 + Math.floor(i / 676),
    ) + "xyz";
  const names = Array.from({ length: 1000 }, (_, i) => word(i));
  const groups = groupsOf(names, (name) => name === "jbaxyz" ? 9 : 1, 200);
  assertEquals(new Set(groups.values()).size, 200);
  assertEquals(groups.get("jbaxyz"), "jbaxyz");
});

Deno.test("Numbers, sizes and times are short, and never off by a unit", () => {
  assertEquals([0, 999, 9999, 10_000, 999_499, 999_500, 1e9].map(count), [
    "0",
    "999",
    "9,999",
    "10k",
    "999k",
    "1M",
    "1G",
  ]);
  assertEquals([0, 0.01, 0.4, 9.96, 12_345].map(rate), [
    "0",
    "<0.1",
    "0.4",
    "10",
    "12k",
  ]);
  assertEquals([0.004, 0.42, 3.14, 431, 999.6, 61_000].map(took), [
    "0.00 ms",
    "0.42 ms",
    "3.1 ms",
    "431 ms",
    "1 s",
    "1 min",
  ]);
  assertEquals([0, 59_600, 3_599_000, 3_600_000, 90_000_000].map(duration), [
    "0 s",
    "1 min",
    "1 h",
    "1 h",
    "1 d 1 h",
  ]);
  assertEquals([5_400_000, 61_000, 200_000_000].map(brief), [
    "1 h",
    "1 min",
    "2 d",
  ]);
  assertEquals([0, 1023, 1024, 1_048_575, 16_777_216].map(bytes), [
    "0 B",
    "1023 B",
    "1 KiB",
    "1 MiB",
    "16 MiB",
  ]);
  assertEquals([share(0, 0), share(1, 3000), share(1, 200), share(1, 2)], [
    "0 %",
    "<0.1 %",
    "0.5 %",
    "50 %",
  ]);
});

const PLACE = placeOf(new URL("http://127.0.0.1:8080/"), { lock: "open" });
const CALL = {
  to: "it's me",
  route: "greet",
  data: '{"name": "zoë\'s", "id": 123456789012345678, "f": 1.0, "n": null}',
};

Deno.test("waysToCall() escapes what it is given, in each language", () => {
  const ways = Object.fromEntries(
    waysToCall(CALL, PLACE).map(({ title, text }) => [title, text]),
  );
  assertEquals(
    ways["hub call"],
    `hub call --url ws://127.0.0.1:8080 --data '{"name":"zoë'\\''s",` +
      `"id":123456789012345678,"f":1.0,"n":null}' 'it'\\''s me' greet`,
  );
  assertStringIncludes(
    ways.Python!,
    `me.request("greet", source="it's me", name="zoë's", ` +
      `id=123456789012345678, f=1.0, n=None)`,
  );
  assertStringIncludes(ways.TypeScript!, `"id":123456789012345678n`);
  assertStringIncludes(ways.TypeScript!, `{ url: "ws://127.0.0.1:8080" }`);
  assertStringIncludes(ways.curl!, `'\\''s`);
  const odd = waysToCall({ ...CALL, data: '{"class": 1, "a-b": 2}' }, PLACE);
  assertStringIncludes(odd[1]!.text, `**json.loads("{\\"class\\":1`);
});

Deno.test("waysToCall() writes a call in each protocol that the hub has a door for", () => {
  const protocols = ["winerp", "HTTP", "JSON-RPC", "wsrpc", "MCP"];
  const place = { ...PLACE, protocols };
  const titled = (call: typeof CALL) =>
    Object.fromEntries(
      waysToCall(call, place).map(({ title, text }) => [title, text]),
    );
  const ways = titled(CALL);
  const data = `{"name":"zoë'\\''s","id":123456789012345678,"f":1.0,"n":null}`;
  const type = `curl -H "content-type: application/json" -d`;
  assertEquals(
    ways.curl,
    `${type} '${data}' 'http://127.0.0.1:8080/call/it'\\''s%20me/greet'`,
  );
  assertEquals(
    ways["JSON-RPC"],
    `${type} '{"jsonrpc":"2.0","id":1,"method":"it'\\''s%20me/greet",` +
      `"params":${data}}' http://127.0.0.1:8080/jsonrpc`,
  );
  assertStringIncludes(ways.wsrpc!, `rpc.call("it's%20me.greet", {"name":`);
  assertStringIncludes(
    ways.MCP!,
    `--tool-name 'it'\\''s%20me/greet' --tool-arg 'name="zoë'\\''s"' ` +
      "--tool-arg id=123456789012345678 --tool-arg f=1.0 --tool-arg n=null",
  );
  // Positional params are for those who can take them.
  const list = titled({ to: "a.b", route: "sum", data: "[1, 2]" });
  assertEquals(Object.keys(list), ["curl", "JSON-RPC", "wsrpc"]);
  assertStringIncludes(list.wsrpc!, 'rpc.call("a%2Eb.sum", [1,2])');
  assertStringIncludes(list["JSON-RPC"]!, '"params":[1,2]}');
  const value = titled({ to: "hub", route: "x", data: '"text"' });
  const request = '{"to":"hub","route":"x","data":"text"}';
  assertStringIncludes(value["JSON-RPC"]!, `"hub.request","params":${request}`);
  assertStringIncludes(value.wsrpc!, `rpc.call("hub.request", ${request})`);
  assertEquals(waysToJoin(place).map(({ title }) => title), [
    "Python",
    "Deno",
    "JavaScript",
    "JSON-RPC",
    "wsrpc",
    "MCP",
    "curl",
  ]);
});

Deno.test("waysToJoin() names this hub, and how to show its token", () => {
  for (const { title, text } of waysToJoin(PLACE)) {
    assertStringIncludes(text, "8080", title);
    assertEquals(text.includes("TOKEN"), false, title);
  }
  const locked = placeOf(new URL("https://hub.example.org/"));
  const protocols = ["winerp", "HTTP", "JSON-RPC", "wsrpc", "MCP"];
  for (const { title, text } of waysToJoin({ ...locked, protocols })) {
    assertStringIncludes(text, "hub.example.org", title);
    assertStringIncludes(text, "TOKEN", title);
  }
  assertStringIncludes(
    waysToJoin(locked)[0]!.text,
    `bot.uri = "wss://hub.example.org" + "/?token=" + os.environ`,
  );
});

Deno.test("Behind a proxy, the lines to paste have the path of the page", () => {
  const protocols = ["winerp", "HTTP", "JSON-RPC", "wsrpc", "MCP"];
  const location = new URL("http://hub.example.org:8080/a/hub/");
  const place = placeOf(location, { lock: "open", protocols });
  for (
    const { title, text } of [...waysToJoin(place), ...waysToCall(CALL, place)]
  ) {
    assertStringIncludes(text, "8080/a/hub/", title);
    assertEquals(text.includes("hub//"), false, title);
  }
  const [python, deno] = waysToJoin(place);
  assertStringIncludes(python!.text, `port="8080/a/hub/")`);
  assertStringIncludes(deno!.text, `url: "ws://hub.example.org:8080/a/hub/"`);
});

Deno.test("Who calls whom keeps what is told too early for a rate", async () => {
  using time = new FakeTime();
  const edge = (to: string, requests: number) => ({
    from: "bot",
    to,
    requests,
    errors: 0,
    informs: 0,
  });
  const rates = new EdgeRates();
  rates.rowsOf({ full: true, edges: [edge("shop", 1), edge("bank", 5)] });
  await time.tick(100);
  assertEquals(
    rates.rowsOf({ full: false, edges: [edge("shop", 11)] }),
    undefined,
  );
  await time.tick(900);
  const rows = rates.rowsOf({ full: false, edges: [] })!;
  assertEquals(rows.map(({ to, total, rate }) => [to, total, rate]), [
    ["shop", 11, 10],
    ["bank", 5, 0],
  ]);

  // What is told whole leaves out who is gone, at once or not.
  await time.tick(1000);
  rates.rowsOf({ full: false, edges: [] });
  await time.tick(100);
  rates.rowsOf({ full: true, edges: [edge("shop", 11)] });
  await time.tick(900);
  const left = rates.rowsOf({ full: false, edges: [] })!;
  assertEquals(left.map(({ to }) => to), ["shop"]);
});

Deno.test("Retry waits longer each time until something has worked, and never tries twice at once", async () => {
  using time = new FakeTime();
  let tries = 0;
  const retry = new Retry(async () => {
    tries++;
    await Promise.resolve();
  });
  for (const wait of [500, 1000, 2000, 4000, 5000, 5000]) {
    const before = tries;
    retry.again();
    await time.tick(wait - 1);
    assertEquals(tries, before, `less than ${wait}`);
    await time.tick(1);
    assertEquals(tries, before + 1, `${wait}`);
  }
  retry.worked();
  retry.again();
  await time.tick(500);
  assertEquals(tries, 7);

  retry.again();
  retry.again();
  await time.tick(10_000);
  assertEquals(tries, 8);

  retry.again();
  retry.stop();
  await time.tick(10_000);
  assertEquals(tries, 8);
});
