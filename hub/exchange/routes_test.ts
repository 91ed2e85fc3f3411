// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import { Routes } from "./routes.ts";

const BOT = '"bot"';

Deno.test("Routes keeps what is announced while its participant is there", () => {
  const routes = new Routes();
  const params = { type: "object", properties: { name: { type: "string" } } };
  const info = { description: "Says hello", params, readOnly: true };
  const text = JSON.stringify({ greet: { ...info, other: 1 }, stop: {} });
  assertEquals(routes.announce(BOT, text), undefined);
  assertEquals(routes.of(BOT), [
    { name: "bot", route: "greet", announced: true, ...info },
    { name: "bot", route: "stop", announced: true },
  ]);
  assertEquals(routes.announce(BOT, "{}"), undefined);
  assertEquals(routes.of(BOT), []);
  routes.announce(BOT, text);
  routes.left(BOT);
  assertEquals(routes.of(BOT), []);
});

Deno.test("Routes learns what has answered, once", () => {
  const routes = new Routes();
  routes.learn(BOT, "greet");
  routes.learn(BOT, "greet");
  routes.learn(BOT, "x".repeat(1_000));
  routes.announce(BOT, '{"stop":{},"greet":{"description":"Says hello"}}');
  assertEquals(
    routes.of(BOT).map(({ route, announced }) => [route, announced]),
    [
      ["stop", true],
      ["greet", true],
    ],
  );
  routes.left(BOT);
  assertEquals(routes.of(BOT), [
    { name: "bot", route: "greet", announced: false },
  ]);
});

Deno.test("Routes refuses what is no announcement, and says what is wrong", () => {
  const routes = new Routes();
  for (
    const [text, why] of [
      ["[]", /^routes has to be an object/],
      ["1", /^routes has to be an object/],
      ['{"a":1}', /^Of the route "a", an object has to tell more/],
      ['{"a":{"description":1}}', /description has to be a text/],
      ['{"a":{"params":[]}}', /params has to be a JSON Schema/],
      ['{"a":{"result":true}}', /result has to be a JSON Schema/],
      ['{"a":{"readOnly":1}}', /readOnly has to be true or false/],
      [`{"a":{"description":"${"x".repeat(300_000)}"}}`, /longer than/],
      [
        JSON.stringify(
          Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [n, {}])),
        ),
        /more than 1000 routes/,
      ],
    ] as const
  ) {
    const { code, text: said } = routes.announce(BOT, text)!;
    assertEquals(code, -32602);
    assertMatch(said, why);
  }
  assertEquals(routes.of(BOT), []);
});

Deno.test("Routes remembers only so many names and routes", () => {
  const routes = new Routes();
  for (let n = 0; n < 2_000; n++) routes.learn(BOT, `${n}`);
  assertEquals(routes.of(BOT).length, 1_000);
  for (let n = 0; n < 12_000; n++) routes.learn(`"${n}"`, "a");
  assertEquals(routes.of(BOT), []);
  assertEquals(routes.of('"11999"').length, 1);
});

Deno.test("Routes tells another node what it knows, announced or learned, and hears that", () => {
  const elsewhere = new Routes(() => "a");
  const here = new Routes(
    (name) => name === BOT ? undefined : "b",
    (name, text) => elsewhere.hear(name, "a", text),
  );
  let changes = 0;
  elsewhere.watch(() => changes++);
  const found = (routes: Routes) =>
    routes.of(BOT).map(({ route, announced }) => [route, announced]);
  here.learn(BOT, "greet");
  here.learn(BOT, "greet");
  assertEquals(found(elsewhere), [["greet", false]]);
  here.announce(BOT, '{"stop":{"description":"Stops"}}');
  here.learn(BOT, "constructor");
  assertEquals(found(elsewhere), found(here));
  assertEquals(changes, 3);
  // One that comes late hears all.
  const late = new Routes(() => "a");
  for (const [name, text] of here.known) late.hear(name, "a", text);
  assertEquals(found(late), found(here));
  // Of a name that is elsewhere, nothing is told.
  here.learn('"other"', "x");
  assertEquals(elsewhere.of('"other"'), []);
  assertEquals(here.known.length, 2);
  elsewhere.gone("a");
  assertEquals(found(elsewhere), []);
  for (const text of ["null", "{}", '{"a":null,"b":{}}', '{"a":1}', "[null]"]) {
    elsewhere.hear(BOT, "a", text);
    assertEquals(found(elsewhere), []);
  }
});

Deno.test("Routes asks again while somebody looks, and not more often than is of use", () => {
  const routes = new Routes();
  let asked = 0;
  const stop = routes.onLook(() => asked++);
  for (let looks = 0; looks < 10; looks++) routes.look();
  assertEquals(asked, 1);
  stop();
});
