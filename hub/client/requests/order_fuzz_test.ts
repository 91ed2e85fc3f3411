// Copyright 2026 the Wirekit authors. MIT license.

// What stands as our hub relays it is read by where it stands. A client that
// gets the same after a space has to parse all of it. Nobody can tell them
// apart, whatever comes.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { connected, type Wire } from "../testdata/fake_hub.ts";

const NAMES = ["alpha", "beta", "zoë", 'q"uote', "back\\slash", "", "💥"];
const ROUTES = ["greet", "fail", "zoë", 'a"b', "", "nobody's"];

const TEXTS = [
  "",
  "x",
  '"',
  "\\",
  '","uuid":"x","destination":"y","pseudo_object":null}',
  "},{[",
  "\u2028\t\u0000",
  "zoë 💥",
  "\ud800",
  "1234567890123456789",
];

/**
 * V8 reads any key that begins with an escape as `\` if that was the key of an
 * object before, so none is that.
 */
const KEYS = [...TEXTS.filter((text) => text !== "\\"), "uuid", "__proto__"];

const NUMBERS = [
  ...[
    "0",
    "-0",
    "1.50",
    "1e3",
    "1E+400",
    "01",
    "-",
    "NaN",
    "12345678901234567",
  ],
  ...["18446744073709551615", "-9223372036854775809", "0.1234567890123456789"],
];

/** None of them can stand in a uuid, nor means a thing with what follows it. */
const CHARACTERS = ['"', "\u0001", "é", "g", ",", "}"];

/** One of the calls that wait, in place of the uuid that each client gave it. */
function mark(n: number): string {
  return `${n}`.padStart(36, "@");
}

/** Writes a text as JSON, with any escapes. */
function quoted(random: Random, text: string): string {
  if (random.below(4) > 0) return JSON.stringify(text);
  const units = text.split("").map((unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, "0");
    if (random.below(3) === 0) return `\\u${code}`;
    if (unit === "/") return "\\/";
    return random.below(20) > 0 ? JSON.stringify(unit).slice(1, -1) : unit;
  });
  return `"${units.join("")}"`;
}

/** Any value as JSON, or almost. */
function value(random: Random, depth = 0): string {
  const space = () => random.pick(["", "", "", "", " ", "\n", "\t "]);
  switch (random.below(depth > 3 ? 4 : 7)) {
    case 0:
      return random.pick(["null", "true", "false", "nul"]);
    case 1:
      return `${random.below(1_000)}`;
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return quoted(random, random.pick(TEXTS));
    case 4:
      return `[${
        Array.from({ length: random.below(4) }, () => value(random, depth + 1))
          .join(space() + "," + space())
      }]`;
    default:
      return `{${
        Array.from(
          { length: random.below(4) },
          () =>
            space() +
            quoted(random, random.pick(KEYS)) +
            `:${space()}${value(random, depth + 1)}`,
        ).join(",")
      }}`;
  }
}

/** A message as the hub relays it, or changed in one way or another. */
function message(random: Random, calls: number, self: string): string {
  const odd = (often: number) => random.below(often) === 0;
  const type = random.pick([2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 9]);
  const name = () => quoted(random, random.pick(NAMES));
  // A client that asks is answered by "beta"; one that is asked is the id.
  const id = type === 2 && !odd(10) ? `"${self}"` : odd(5) ? name() : '"beta"';
  const destination = type === 2 || odd(10) ? name() : `"${self}"`;
  const uuid = odd(10) ? value(random) : quoted(
    random,
    // Most answer one of the calls that came last; one or two answer none.
    odd(10) ? random.pick(TEXTS) : mark(calls - random.below(20)),
  );
  let members: [string, string][] = [
    ["id", odd(30) ? value(random) : id],
    ["type", odd(30) ? value(random) : `${type}`],
    ["route", odd(10) ? value(random) : quoted(random, random.pick(ROUTES))],
    ["traceback", odd(20) ? value(random) : "null"],
    ["data", value(random)],
    ["uuid", uuid],
    ["destination", odd(20) ? value(random) : destination],
    ["pseudo_object", odd(20) ? random.pick(["false", "true"]) : "null"],
  ];
  if (odd(12)) members = members.toSorted(() => random.below(3) - 1);
  if (odd(12)) members.splice(random.below(8), 1);
  if (odd(12)) members.splice(random.below(9), 0, random.pick(members));
  if (odd(12)) members.splice(random.below(9), 0, ["more", value(random)]);
  const space = odd(10) ? " " : "";
  let text = `{${
    members.map(([key, json]) => `${space}"${key}":${space}${json}`).join(",")
  }}`;
  if (odd(10)) text = text.slice(0, random.below(text.length));
  if (odd(8)) {
    const at = random.below(text.length);
    text = text.slice(0, at) +
      random.pick(["", " ", '"', "}", "\t", "\u0001", "é", "1"]) +
      text.slice(at + random.below(3));
  }
  if (type === 2 && odd(4)) {
    const at = Math.max(text.length - 1 - random.below(100), 0);
    text = text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + 1);
  }
  return odd(15) ? `${text} ` : text;
}

/** A change of one character near the end, so that all stands where it should. */
interface Change {
  readonly fromEnd: number;
  readonly other: string;
}

/** Makes it, but not in the uuid of a request, which is sent back. */
function changed(text: string, { fromEnd, other }: Change): string {
  if (!text.includes('"type":3')) return text;
  const at = Math.max(text.length - fromEnd, 0);
  return text.slice(0, at) + other + text.slice(at + other.length);
}

/** A client, and all that can be seen of what it gets. */
async function watched(self: string) {
  const { client, connection } = await connected({}, self);
  const seen: unknown[] = [];
  const show = (value: unknown) => Deno.inspect(value, { depth: 9 });
  for (const route of ROUTES.slice(0, -1)) {
    client.route(route, (data, { source, route }) => {
      seen.push(["asked", show(data), source, route]);
      if (route === "fail") throw new Error("never shown");
      return data;
    });
  }
  client.addEventListener("error", ({ detail: { error } }) => {
    seen.push(["error", error instanceof SyntaxError || String(error)]);
  });
  for (const type of ["request", "response", "information"] as const) {
    client.addEventListener(type, ({ detail }) => seen.push(show(detail)));
  }
  const uuids: string[] = [];
  let ended = 0;
  const unmarked = (text: string) =>
    text.replaceAll(
      /@+(\d+)/g,
      (all, n) => all.length === mark(n).length ? uuids[n] ?? all : all,
    );
  return {
    uuids,
    seen,
    client,
    get ended() {
      return ended;
    },
    async call(route: string) {
      const n = uuids.length;
      const end = (what: unknown) => {
        ended++;
        seen.push([n, show(what)]);
      };
      client.request("beta", route).then(end, (error) => end(String(error)));
      uuids.push(String((await connection.read()).uuid));
    },
    /** Gives it messages after a space or none; returns what it sent. */
    async take(
      texts: string[],
      changes: Change[],
      space: string,
    ): Promise<string[]> {
      const done = client.ping();
      const barrier: Wire = await connection.read();
      for (const [n, text] of texts.entries()) {
        await connection.send(space + changed(unmarked(text), changes[n]!));
      }
      await connection.answer(barrier, {});
      await done;
      void client.ping().catch(() => {});
      const sent: string[] = [];
      for (;;) {
        const text = await connection.readText();
        const { type, uuid } = JSON.parse(text);
        if (type === 5) {
          await connection.answer({ ...barrier, uuid }, {});
          return sent;
        }
        sent.push(
          uuids.reduce((all, one, n) => all.replace(one, mark(n)), text),
        );
      }
    },
  };
}

Deno.test("a client that reads by position cannot be told from one that parses", async () => {
  const random = new Random();
  const seed = `seed ${random.seed}`;
  const self = "alpha";
  const fast = await watched(self);
  const plain = await watched(self);
  const counts = { asked: 0, answered: 0 };
  for (let round = 0; round < 150; round++) {
    for (let n = 0; n < 3; n++) {
      const route = random.pick(ROUTES);
      await fast.call(route);
      await plain.call(route);
    }
    const texts = Array.from(
      { length: 20 },
      () => message(random, fast.uuids.length, self),
    );
    const changes = texts.map(() => ({
      fromEnd: 1 + random.below(100),
      other: random.below(4) ? "" : random.pick(CHARACTERS),
    }));
    const sent = await fast.take(texts, changes, "");
    const parsed = await plain.take(texts, changes, " ");
    const shown = `${seed}, round ${round}: ${texts.join("\n")}`;
    assertEquals(fast.seen.splice(0), plain.seen.splice(0), shown);
    assertEquals(sent, parsed, shown);
    counts.asked += sent.length;
  }
  counts.answered = fast.ended;
  assert(counts.asked > 100 && counts.answered > 100, JSON.stringify(counts));
  await fast.client.close();
  await plain.client.close();
});
